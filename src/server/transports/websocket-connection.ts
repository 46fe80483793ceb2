import type { Socket } from 'node:net'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import { frameBytes, frameHeadBytes, headBytesOf } from '../../frame-sizes.ts'
import type { FrameKind, MeterFrame } from '../../meter.ts'
import { CLOSE, type Cursor, type FrameDown } from '../../protocol.ts'
import { memoize, type EncodedBatch } from '../log/encoded-batch.ts'
import type { HeartbeatTarget, Heartbeat } from '../log/heartbeat.ts'
import type { Log } from '../log/log.ts'
import type { ReaderConnection } from '../room/membership.ts'
import { memberEnded } from '../errors/store-errors.ts'
import { closeCodeOf } from '../http/problems.ts'
import { resetConnection } from '../http/unread.ts'
import { Subscription, type Sink } from '../log/subscription.ts'
import { refuseSocket, UpgradedSocket } from './upgraded-socket.ts'

/** The frame with its head, so that each socket needs one write. */
const batchFrame = memoize(({ json }: EncodedBatch) => textFrame(`{"type":"batch","batch":${json}}`))

/** An unfragmented, unmasked text frame. RFC 6455, 5.2. */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headBytes = frameHeadBytes(length, 'down')
  const frame = Buffer.allocUnsafe(headBytes + length)
  frame[0] = 0x81
  if (headBytes === 2) frame[1] = length
  else if (headBytes === 4) frame[1] = 126
  else frame[1] = 127
  if (headBytes === 4) frame.writeUInt16BE(length, 2)
  if (headBytes === 10) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.write(text, headBytes)
  return frame
}

/** An upgraded connection: sends and counts frames, pings, and closes with a reason. `incoming-frames.ts` handles incoming frames. */
export class WebSocketConnection extends UpgradedSocket implements Sink, HeartbeatTarget {
  readonly #socket: WebSocket
  readonly #tcp: Socket
  readonly #isCompressed: boolean
  readonly #log: Log
  readonly #reader: ReaderConnection
  readonly #heartbeat: Heartbeat
  #subscription: Subscription | null = null
  #isAlive = true
  lastSentSlice = 0

  constructor(socket: WebSocket, request: FastifyRequest) {
    super(socket, request)
    const { room, reader } = request.context
    this.#socket = socket
    this.#tcp = request.raw.socket
    this.#isCompressed = socket.extensions !== ''
    this.#log = room.log
    this.#reader = reader
    this.#heartbeat = request.server.heartbeat
    this.#heartbeat.add(this)
  }

  /** Sends the events after `after` while the socket is open. */
  subscribe(after: Cursor | null): void {
    this.#subscription = new Subscription(this.#log, this.#reader, after, this)
  }

  write(batch: EncodedBatch): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return true
    const frame = batchFrame(batch)
    this.meter.countSent('batch', frame.length, frame.length - headBytesOf(frame.length), batch)
    if (this.#isCompressed) {
      // Compressed frames differ between sockets: `ws` makes them.
      this.#socket.send(`{"type":"batch","batch":${batch.json}}`)
      if (!this.#tcp.writableNeedDrain) return true
    } else if (this.#tcp.write(frame)) {
      return true
    }
    this.#tcp.once('drain', () => this.#subscription?.resume())
    return false
  }

  /** Closes with the reason: the member was ended, or the server is closing. */
  end(): void {
    this.#heartbeat.remove(this)
    const { membership } = this.#reader
    if (membership?.isEnded) {
      const refusal = memberEnded(membership.endReason)
      this.close(closeCodeOf(refusal) ?? CLOSE.memberEnded, refusal.message)
    } else if (this.#log.isClosed) this.close(1001, 'server closing')
    else this.#socket.close(1000)
  }

  /** Settles when the frame was passed to the network, or never will be. */
  send(frame: FrameDown | MeterFrame): Promise<void> {
    const kind = frame.type === 'ack' || frame.type === 'error' ? frame.type : 'other'
    return this.sendText(JSON.stringify(frame), kind, messagesOf(frame))
  }

  sendText(text: string, kind: FrameKind, messages?: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.readyState !== this.#socket.OPEN) {
        resolve()
        return
      }
      const length = Buffer.byteLength(text)
      this.meter.countSent(kind, frameBytes(length, 'down'), length, null, undefined, messages)
      this.#socket.send(text, () => resolve())
    })
  }

  /** Pings at each heartbeat, sends a frame that a page can see, and terminates a connection that has not answered by the next heartbeat. */
  onHeartbeat(wasBlocked: boolean): void {
    if (!this.#isAlive && !wasBlocked) {
      resetConnection(this.#tcp)
      return
    }
    this.#isAlive = false
    this.meter.countControl('down', frameBytes(0, 'down'), 'ping')
    this.#socket.ping()
    // A full write buffer already contains data for the peer.
    if (this.#subscription?.isFull) return
    const moved = this.#subscription?.pullPositionUpdate()
    if (moved) this.write(moved)
    else void this.sendText(this.#heartbeat.frame, 'heartbeat')
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  override receivePong(data: Buffer): void {
    this.#isAlive = true
    this.#reader.membership?.markSign()
    super.receivePong(data)
  }
}

/** Returns null for a refused token, after closing the socket with the code of the refusal. */
export function openWebSocket(socket: WebSocket, request: FastifyRequest): WebSocketConnection | null {
  const connection = new WebSocketConnection(socket, request)
  const { refusal } = request.context
  if (!refusal) return connection
  refuseSocket(socket, closeCodeOf(refusal) ?? CLOSE.badToken, refusal.message)
  return null
}

/** Ids of the messages that a frame concerns. */
function messagesOf(frame: FrameDown | MeterFrame): readonly string[] | undefined {
  if (frame.type === 'ack') return [frame.ack.id]
  return frame.type === 'error' && frame.id !== undefined ? [frame.id] : undefined
}
