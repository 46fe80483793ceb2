import type { Socket } from 'node:net'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import { parse } from 'secure-json-parse'
import type { FrameKind, MeterFrame } from '../meter.ts'
import { CLOSE, type FrameDown } from '../protocol.ts'
import { oncePer, type EncodedBatch } from './encoded-batch.ts'
import type { FrameMeter } from './frame-meter.ts'
import { downBytes, upBytes } from './frame-sizes.ts'
import type { Beating, Heartbeat } from './heartbeat.ts'
import { MAX_WAITING_FRAMES } from './limits.ts'
import type { Log } from './log.ts'
import type { ReaderConnection } from './membership.ts'
import { problems } from './problem.ts'
import type { DraftCarrier } from './request-meter.ts'

/** Codes that a socket's `close` event gives when there was no close frame, and when the frame had no code. */
const ABNORMAL = 1006
const NO_CODE = 1005

/** The whole frame, head and all, so that it is one write to each socket. */
const batchFrame = oncePer(({ json }: EncodedBatch) => textFrame(`{"type":"batch","batch":${json}}`))

/** RFC 6455, 5.2: a text frame in one piece, not masked. */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headBytes = downBytes(length) - length
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

/** An upgraded connection: frames out and in, counted, kept alive and closed with a reason. */
export class WebSocketConnection implements Beating {
  readonly #socket: WebSocket
  readonly #tcp: Socket
  readonly #meter: FrameMeter
  readonly #log: Log
  readonly #reader: ReaderConnection
  #handled = Promise.resolve()
  #waiting = 0
  #isAlive = true
  #onBeat: (() => void) | null = null
  lastSentAt = 0

  constructor(socket: WebSocket, request: FastifyRequest) {
    this.#socket = socket
    this.#tcp = request.raw.socket
    this.#meter = meterFrames(socket, request)
    this.#log = request.context.room.log
    this.#reader = request.context.reader
    // Without this listener, an error of a socket ends the process.
    const { log } = request
    socket.on('error', (error) => log.debug({ error: error.message }, 'a socket broke'))
  }

  /** False when the network has taken less than it was given: wait for `onDrain`. */
  sendBatch(batch: EncodedBatch): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return true
    const frame = batchFrame(batch)
    this.#meter.sent('batch', frame.length, batch)
    // Compressed frames differ from socket to socket: those are made by `ws`.
    if (this.#socket.extensions === '') return this.#tcp.write(frame)
    this.#socket.send(`{"type":"batch","batch":${batch.json}}`)
    return !this.#tcp.writableNeedDrain
  }

  onDrain(resume: () => void): void {
    this.#tcp.on('drain', resume)
  }

  /** Settles when the frame has gone out to the network, or never will. */
  send(frame: FrameDown | MeterFrame): Promise<void> {
    return this.sendText(
      JSON.stringify(frame),
      frame.type === 'ack' || frame.type === 'error' ? frame.type : 'other',
      aboutOf(frame),
    )
  }

  sendText(text: string, kind: FrameKind, messages?: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.readyState !== this.#socket.OPEN) {
        resolve()
        return
      }
      this.#meter.sent(kind, downBytes(Buffer.byteLength(text)), null, undefined, messages)
      this.#socket.send(text, () => resolve())
    })
  }

  /** Frames are handled one after the other, in the order in which they came. */
  onText(handle: (text: string, carrier: DraftCarrier) => Promise<void>): void {
    this.#socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        this.#socket.close(1003, 'text frames only')
        return
      }
      const carrier = this.#meter.received(upBytes(data.length))
      this.#waiting += 1
      if (this.#waiting > MAX_WAITING_FRAMES) {
        this.#socket.close(1008, `more than ${MAX_WAITING_FRAMES} frames wait: send the next one after an answer`)
        return
      }
      // Pausing keeps further data in the network; frames of the chunk that was read still come.
      this.#socket.pause()
      this.#handled = this.#handled
        .then(() => (this.#socket.readyState === this.#socket.OPEN ? handle(data.toString(), carrier) : undefined))
        .finally(() => {
          this.#waiting -= 1
          this.#socket.resume()
        })
    })
  }

  /** Pings at each heartbeat, and drops a peer that has not answered by the next one. */
  keepAlive(heartbeat: Heartbeat, onBeat?: () => void): void {
    this.#onBeat = onBeat ?? null
    this.#socket.on('pong', () => (this.#isAlive = true))
    this.#socket.once('close', heartbeat.add(this))
  }

  beat(stoodStill: boolean): void {
    if (!this.#isAlive && !stoodStill) {
      this.#socket.terminate()
      return
    }
    this.#isAlive = false
    this.#meter.control('down', downBytes(0), 'ping')
    this.#socket.ping()
    this.#onBeat?.()
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  /** Closes with the reason: the member was ended, or the server is closing. */
  finish(): void {
    if (this.#reader.membership?.isEnded) this.close(CLOSE.memberEnded, 'the server ended this member')
    else if (this.#log.isClosed) this.close(1001, 'server closing')
    else this.#socket.close(1000)
  }
}

/** null, and the socket closed with a code that says so, if the token is not good. */
export function openWebSocket(socket: WebSocket, request: FastifyRequest): WebSocketConnection | null {
  const connection = new WebSocketConnection(socket, request)
  const { refusal } = request.context
  if (!refusal) return connection
  const { status, detail } = refusal.problem
  connection.close(status === 410 ? CLOSE.memberEnded : CLOSE.badToken, detail)
  return null
}

/** Meters an upgraded connection, and counts its control frames. Its messages are counted by their user. */
export function meterFrames(socket: WebSocket, request: FastifyRequest): FrameMeter {
  const meter = request.context.meter.startFrames('socket', 101, socket.extensions !== '')
  socket.on('ping', (data: Buffer) => {
    meter.control('up', upBytes(data.length), 'ping')
    meter.control('down', downBytes(data.length), 'pong')
  })
  socket.on('pong', (data: Buffer) => meter.control('up', upBytes(data.length), 'pong'))
  socket.once('close', (code: number, reason: Buffer) => {
    const wasClosed = code !== ABNORMAL
    if (wasClosed) meter.control('up', upBytes(code === NO_CODE ? 0 : 2 + reason.length), 'close')
    meter.end(wasClosed)
  })
  return meter
}

/** Ids of the messages that a frame is about. */
function aboutOf(frame: FrameDown | MeterFrame): readonly string[] | undefined {
  if (frame.type === 'ack') return [frame.ack.id]
  return frame.type === 'error' && frame.id !== undefined ? [frame.id] : undefined
}

/** @throws 400 for what is no JSON, or JSON with a `__proto__` in it, which HTTP bodies are refused for too */
export function readFrame(text: string): unknown {
  try {
    return parse(text, { protoAction: 'error', constructorAction: 'error' })
  } catch {
    throw problems.invalid('the frame is not JSON', { field: 'frame' })
  }
}
