import type { MeterFrame } from '../../meter.ts'
import { BEARER_PREFIX, CLOSE, SUBPROTOCOL, type MeterFrameUp } from '../../protocol.ts'
import { backoffMs } from '../../client/backoff.ts'
import type { Net } from '../../client/transports/transport.ts'
import { Clock, now } from './clock.ts'

export type MeterReport = Extract<MeterFrame, { type: 'report' }>
export type TraceReport = Extract<MeterFrame, { type: 'trace' }>
/** `ended`: the membership is over. The last counts remain. */
export type MeterState = 'connecting' | 'open' | 'lost' | 'ended'

export interface MeterObserver {
  report: (report: MeterReport) => void
  trace: (trace: TraceReport) => void
  state: (state: MeterState) => void
}

/** ms between two requests for the time, doubling: a page that is starting is too busy for a quick answer. */
const CLOCK_MS = { first: 100, last: 10_000 }

/**
 * The connection on which the server reports the costs of a member's other connections. It is not counted itself, and it
 * reconnects. `begin` is called for each membership, one after the other.
 */
export class MeterSocket {
  readonly clock = new Clock()
  readonly #url: URL
  readonly #net: Net
  readonly #observer: MeterObserver
  #socket: WebSocket | null = null
  #timer = 0
  #attempts = 0

  constructor(net: Net, room: string, observer: MeterObserver) {
    this.#url = new URL(`${net.base}/rooms/${room}/meter`)
    this.#url.protocol = this.#url.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#net = net
    this.#observer = observer
  }

  begin(token: string): void {
    this.close()
    this.clock.reset()
    this.#attempts = 0
    this.#open(token)
  }

  close(): void {
    clearTimeout(this.#timer)
    if (!this.#socket) return
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null
    this.#socket.close(1000)
    this.#socket = null
  }

  #open(token: string): void {
    const socket = (this.#socket = new this.#net.WebSocket(this.#url, [SUBPROTOCOL, BEARER_PREFIX + token]))
    socket.onopen = () => {
      this.#attempts = 0
      this.clock.reset()
      this.#observer.state('open')
      this.#send(socket, { type: 'trace', on: true })
      this.#askTime(socket, CLOCK_MS.first)
    }
    socket.onmessage = ({ data }) => {
      const receivedAt = now()
      const frame = JSON.parse(String(data)) as MeterFrame
      if (frame.type === 'clock') this.clock.addSample(frame.sentAt, frame.serverAt, receivedAt)
      else if (frame.type === 'trace') this.#observer.trace(frame)
      else this.#observer.report(frame)
    }
    socket.onclose = ({ code }) => {
      clearTimeout(this.#timer)
      // The room's own connection handles the end of the membership.
      const isEnded = code === CLOSE.badToken || code === CLOSE.memberEnded
      this.#observer.state(isEnded ? 'ended' : 'lost')
      if (isEnded) return
      this.#timer = setTimeout(() => this.#open(token), backoffMs(this.#attempts++))
    }
  }

  #send(socket: WebSocket, frame: MeterFrameUp): void {
    socket.send(JSON.stringify(frame))
  }

  #askTime(socket: WebSocket, intervalMs: number): void {
    this.#send(socket, { type: 'clock', sentAt: now() })
    this.#timer = setTimeout(() => this.#askTime(socket, Math.min(2 * intervalMs, CLOCK_MS.last)), intervalMs)
  }
}
