import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import type { FrameKind } from '../../../meter.ts'
import type { EncodedBatch } from '../../log/encoded-batch.ts'
import type { FrameMeter } from '../../metering/frame-meter.ts'
import { downBytes, upBytes } from '../../metering/frame-sizes.ts'
import type { MemberUsage } from '../../metering/member-usage.ts'
import type { DraftCarrier, RequestMeter } from '../../metering/request-meter.ts'
import { UpgradedSocket } from '../upgraded-socket.ts'

/** A packet of Engine.IO; `message` is whatever Socket.IO says. */
export interface EnginePacket {
  type: string
  data?: unknown
}

/** What a packet of ours brings. */
export interface PacketContent {
  kind: FrameKind
  batch?: EncodedBatch
  /** Ids of the messages that it is about, if it is no batch. */
  messages?: readonly string[]
}

/**
 * What the packets of one session carry, and by what they cross: a post, a poll's answer, or a frame of its WebSocket. Engine.IO
 * decides when a packet leaves, and says so by its events.
 */
export class SocketIoSession {
  /** Engine.IO's; empty until it has given one. */
  id = ''
  /** The request that the session began with. */
  readonly request: FastifyRequest
  #usage: MemberUsage
  /** What brought the packets that came last: a post or a frame. */
  #carrier: DraftCarrier | null = null
  #frames: FrameMeter | null = null
  readonly #contents = new WeakMap<EnginePacket, PacketContent>()
  #currentContent: PacketContent | null = null
  /** Packets that wait to leave. */
  #waitingPackets = 0
  /** What the next answer of a poll carries. */
  #pollContent: { batch: EncodedBatch | null; acks: string[] } = { batch: null, acks: [] }
  #connectCount = 0
  #hasMember = false

  constructor(request: FastifyRequest, usage: MemberUsage) {
    this.request = request
    this.#usage = usage
  }

  /** What the session costs is counted here: for nobody at first. */
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

  /** The session is over. */
  close(): void {
    if (!this.#hasMember) this.#usage.release()
  }

  /** Somebody connects on it. Returns how often that happened. */
  countConnect(): number {
    return ++this.#connectCount
  }

  receivePost(meter: RequestMeter): void {
    this.#carrier = meter
  }

  /** The session has a WebSocket: its frames are counted from here on. */
  upgrade(socket: WebSocket, request: FastifyRequest): void {
    const { meter } = new UpgradedSocket(socket, request)
    this.#frames = meter
    socket.on('message', (data: Buffer) => (this.#carrier = meter.countReceived(upBytes(data.length), kindOf(data))))
  }

  /** The one packet that `create` makes has this content. */
  withContent(content: PacketContent, create: () => void): void {
    this.#currentContent = content
    create()
    this.#currentContent = null
  }

  /** Engine.IO has made a packet, which waits to leave. */
  addPacket(packet: EnginePacket): void {
    this.#waitingPackets += 1
    if (this.#currentContent) this.#contents.set(packet, this.#currentContent)
  }

  /** Packets leave: as frames, or in the answer of a poll. */
  countFlushed(packets: readonly EnginePacket[], asFrames: boolean): void {
    this.#waitingPackets -= packets.length
    for (const packet of packets) {
      const { kind, batch, messages } = this.#contents.get(packet) ?? contentOf(packet)
      if (asFrames) {
        const length = 1 + (typeof packet.data === 'string' ? Buffer.byteLength(packet.data) : 0)
        this.#frames?.countSent(kind, downBytes(length), batch ?? null, undefined, messages ?? batch?.newMessageIds)
      } else {
        if (batch) this.#pollContent.batch = batch
        if (kind === 'ack' && messages) this.#pollContent.acks.push(...messages)
      }
    }
  }

  /** The answer of a poll leaves, with what was flushed. */
  countPollAnswer(meter: RequestMeter): void {
    const { batch, acks } = this.#pollContent
    this.#pollContent = { batch: null, acks: [] }
    for (const id of acks) meter.addAcknowledgement(id)
    meter.countPollAnswer(batch)
  }
}

const contentOf = ({ type }: EnginePacket): PacketContent => ({ kind: type === 'ping' ? 'beat' : 'other' })

/** Of a frame that came up: 3 is the answer to a ping, 4 a message of Engine.IO's, 42 an event of Socket.IO's. */
function kindOf(data: Buffer): FrameKind {
  const start = data.subarray(0, 32).toString()
  if (start === '3') return 'beat'
  return /^42\d*\["message"/.test(start) ? 'message' : 'other'
}
