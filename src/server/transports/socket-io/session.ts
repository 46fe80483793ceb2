import type { Socket } from 'node:net'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import { frameBytes } from '../../../frame-sizes.ts'
import type { FrameKind } from '../../../meter.ts'
import { endConnection } from '../../http/unread.ts'
import type { EncodedBatch } from '../../log/encoded-batch.ts'
import type { FrameMeter } from '../../metering/frame-meter.ts'
import type { MemberUsage } from '../../metering/member-usage.ts'
import type { DraftCarrier, RequestMeter } from '../../metering/request-meter.ts'
import { UpgradedSocket } from '../upgraded-socket.ts'

/** A packet of Engine.IO. The type `message` carries the packets of Socket.IO. */
export interface EnginePacket {
  type: string
  data?: unknown
}

/** The content of a packet that this server sends. */
export interface PacketContent {
  kind: FrameKind
  batch?: EncodedBatch
  /** Ids of the messages that a packet without a batch concerns. */
  messages?: readonly string[]
}

/**
 * Counts the packets of one session for the meter of their carrier: a post, the answer of a poll, or a frame of the WebSocket.
 * Engine.IO decides when a packet is sent, and emits an event.
 */
export class SocketIoSession {
  /** Assigned by Engine.IO; empty before that. */
  id = ''
  /** The first request of the session. */
  readonly request: FastifyRequest
  #usage: MemberUsage
  /** The post or frame that carried the last received packets. */
  #carrier: DraftCarrier | null = null
  #frames: FrameMeter | null = null
  readonly #contents = new WeakMap<EnginePacket, PacketContent>()
  #currentContent: PacketContent | null = null
  /** Packets that were created and not sent. */
  #waitingPackets = 0
  /** Content of the next poll answer. */
  #pollContent: { batch: EncodedBatch | null; acks: string[] } = { batch: null, acks: [] }
  #connectCount = 0
  /** The connection of the last request. */
  #connection: Socket
  #hasMember = false

  constructor(request: FastifyRequest, usage: MemberUsage) {
    this.request = request
    this.#usage = usage
    this.#connection = request.context.connection.connection
  }

  /** The usage that counts this session: before a member is known, one without a member. */
  get usage(): MemberUsage {
    return this.#usage
  }
  get carrier(): DraftCarrier | null {
    return this.#carrier
  }
  get waitingPackets(): number {
    return this.#waitingPackets
  }

  assignTo(usage: MemberUsage): void {
    this.#usage.assignTo(usage)
    this.#usage = usage
    this.#hasMember = true
  }

  /** A request of this session: a poll, a post, or an upgrade. */
  receiveRequest({ context }: FastifyRequest): void {
    this.#connection = context.connection.connection
  }

  /** `isSilent`: the client did not answer a ping. A closing handshake would keep its connection for another 30 s. */
  close(isSilent: boolean): void {
    if (isSilent) endConnection(this.#connection)
    if (!this.#hasMember) this.#usage.release()
  }

  /** Counts a Socket.IO connect. Returns the number of connects. */
  countConnect(): number {
    return ++this.#connectCount
  }

  receivePost(meter: RequestMeter): void {
    this.#carrier = meter
  }

  /** Counts the frames of the session's WebSocket from now on. */
  upgrade(socket: WebSocket, request: FastifyRequest): void {
    const { meter } = new UpgradedSocket(socket, request)
    this.#frames = meter
    socket.on('message', (data: Buffer) => {
      this.#carrier = meter.countReceived(
        frameBytes(data.length, 'up'),
        jsonBytesIn(data.toString('latin1')),
        kindOf(data),
      )
    })
  }

  /** Engine.IO has answered the probe of an upgrade. It does this past its queue of packets, so no packet is flushed. */
  countProbeAnswer(): void {
    this.#frames?.countSent('other', frameBytes(PROBE_ANSWER.length, 'down'), 0)
  }

  /** Assigns the content to the one packet that `create` creates. */
  withContent(content: PacketContent, create: () => void): void {
    this.#currentContent = content
    create()
    this.#currentContent = null
  }

  /** Engine.IO has created a packet, which waits to be sent. */
  addPacket(packet: EnginePacket): void {
    this.#waitingPackets += 1
    if (this.#currentContent) this.#contents.set(packet, this.#currentContent)
  }

  /** Packets are sent: as frames, or in the answer of a poll. */
  countFlushed(packets: readonly EnginePacket[], asFrames: boolean): void {
    this.#waitingPackets -= packets.length
    for (const packet of packets) {
      const { kind, batch, messages } = this.#contents.get(packet) ?? contentOf(packet)
      if (asFrames) {
        const data = typeof packet.data === 'string' ? packet.data : ''
        const contentBytes = batch?.jsonBytes ?? jsonBytesIn(data)
        const ids = messages ?? batch?.newMessageIds
        this.#frames?.countSent(
          kind,
          frameBytes(1 + Buffer.byteLength(data), 'down'),
          contentBytes,
          batch ?? null,
          undefined,
          ids,
        )
      } else {
        if (batch) this.#pollContent.batch = batch
        if (kind === 'ack' && messages) this.#pollContent.acks.push(...messages)
      }
    }
  }

  /** The answer of a poll is sent, with the flushed packets. */
  countPollAnswer(meter: RequestMeter): void {
    const { batch, acks } = this.#pollContent
    this.#pollContent = { batch: null, acks: [] }
    for (const id of acks) meter.addAcknowledgement(id)
    meter.countPollAnswer(batch)
  }
}

/** A pong (3) with the data of the probe. */
const PROBE_ANSWER = '3probe'

const contentOf = ({ type }: EnginePacket): PacketContent => ({ kind: type === 'ping' ? 'heartbeat' : 'other' })

/** The kind of an incoming frame. Engine.IO: 3 is a pong, 4 a message. Socket.IO: 42 is an event. */
function kindOf(data: Buffer): FrameKind {
  const start = data.subarray(0, 32).toString()
  if (start === '3') return 'heartbeat'
  return /^42\d*\["message"/.test(start) ? 'message' : 'other'
}

/** Bytes of the JSON object in a packet of Socket.IO, without the type, the name of the event and the array around it. */
function jsonBytesIn(packet: string): number {
  const start = packet.indexOf('{')
  return start < 0 ? 0 : packet.lastIndexOf('}') + 1 - start
}
