import type { MeterFrame } from '../../meter.ts'
import { BEARER_PREFIX, CLOSE, SUBPROTOCOL, type MeterFrameUp } from '../../protocol.ts'
import { backoffMs } from '../../client/backoff.ts'
import type { Membership } from '../../client/room-member-options.ts'
import { ANSWER_TIMEOUT_MS } from '../../client/transports/http.ts'
import { endWhenSilent } from '../../client/transports/silence.ts'
import { deadline, type Deadline } from '../../client/transports/time.ts'
import { ConnectionError, type Net } from '../../client/transports/transport.ts'
import { Clock, now } from './clock.ts'

export type MeterReport = Extract<MeterFrame, { type: 'report' }>
export type TraceReport = Extract<MeterFrame, { type: 'trace' }>
export type TransportsReport = Extract<MeterFrame, { type: 'transports' }>
/** `ended`: the membership is over. The last counts remain. */
export type MeterState = 'connecting' | 'open' | 'lost' | 'ended'

type MeterMembership = Pick<Membership, 'token' | 'heartbeatMs'>

export interface MeterObserver {
  report: (report: MeterReport) => void
  trace: (trace: TraceReport) => void
  state: (state: MeterState) => void
  /** The server's clock was compared: ms to add to this page's clock. */
  clock?: (offsetMs: number) => void
  transports?: (report: TransportsReport) => void
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
  #membership: MeterMembership | null = null
  /** Of the current socket: until it opens, and then until more data arrives. */
  #limit: Deadline | null = null
  #timer = 0
  #attempts = 0

  constructor(net: Net, room: string, observer: MeterObserver) {
    this.#url = new URL(`${net.base}/rooms/${room}/meter`)
    this.#url.protocol = this.#url.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#net = net
    this.#observer = observer
  }

  begin(membership: MeterMembership): void {
    this.close()
    this.clock.reset()
    this.#attempts = 0
    this.#membership = membership
    this.#open(membership)
  }

  /** The network is another one: connects again. */
  reconnect(): void {
    if (!this.#membership) return
    this.#drop()
    this.#open(this.#membership)
  }

  close(): void {
    this.#membership = null
    this.#drop()
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#limit?.release()
    if (!this.#socket) return
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null
    this.#socket.close(1000)
    this.#socket = null
  }

  #lost(membership: MeterMembership): void {
    this.#drop()
    this.#observer.state('lost')
    this.#timer = setTimeout(() => this.#open(membership), backoffMs(this.#attempts++))
  }

  #open(membership: MeterMembership): void {
    const { token, heartbeatMs } = membership
    const socket = (this.#socket = new this.#net.WebSocket(this.#url, [SUBPROTOCOL, BEARER_PREFIX + token]))
    const limit = deadline(
      undefined,
      ANSWER_TIMEOUT_MS,
      new ConnectionError(`no socket within ${ANSWER_TIMEOUT_MS} ms`),
    )
    this.#limit = limit
    limit.signal.addEventListener('abort', () => this.#lost(membership))
    socket.onopen = () => {
      endWhenSilent(limit, 'socket', heartbeatMs)
      this.#attempts = 0
      this.clock.outdate()
      this.#observer.state('open')
      // The first records are compared with the page's requests by the clocks: the time comes before them.
      this.#askTime(socket, CLOCK_MS.first)
      this.#send(socket, { type: 'trace', on: true })
    }
    socket.onmessage = ({ data }) => {
      const receivedAt = now()
      const frame = JSON.parse(String(data)) as MeterFrame
      if (frame.type === 'heartbeat') endWhenSilent(limit, 'socket', frame.heartbeatMs)
      else limit.restart()
      if (frame.type === 'clock') {
        this.clock.addSample(frame.sentAt, frame.serverAt, receivedAt)
        this.#observer.clock?.(this.clock.reading?.offsetMs ?? 0)
      } else if (frame.type === 'trace') this.#observer.trace(frame)
      else if (frame.type === 'report') this.#observer.report(frame)
      else if (frame.type === 'transports') this.#observer.transports?.(frame)
    }
    socket.onclose = ({ code }) => {
      // The room's own connection handles the end of the membership.
      const isEnded = code === CLOSE.badToken || code === CLOSE.memberEnded || code === CLOSE.leaseExpired
      if (!isEnded) {
        this.#lost(membership)
        return
      }
      this.#drop()
      this.#observer.state('ended')
    }
  }

  #send(socket: WebSocket, frame: MeterFrameUp): void {
    // A timer may fall between the server's close frame and the end of the connection.
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame))
  }

  #askTime(socket: WebSocket, intervalMs: number): void {
    this.#send(socket, { type: 'clock', sentAt: now() })
    this.#timer = setTimeout(() => this.#askTime(socket, Math.min(2 * intervalMs, CLOCK_MS.last)), intervalMs)
  }
}
