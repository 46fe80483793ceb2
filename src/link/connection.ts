import { Socket } from 'node:net'

import { Alarm } from './alarm.ts'
import { Buffering } from './buffering.ts'
import type { ConnectionCounts } from './counts.ts'
import { IdleWatch } from './idle-watch.ts'
import type { BandwidthQueue } from './line.ts'
import { type Conditions, Pipe } from './pipe.ts'
import { seededRandom } from '../random.ts'
import { closeSocket, resetSocket } from './sockets.ts'

export interface Target {
  host: string
  port: number
}

export interface ConnectionOptions {
  id: number
  /** Paused: not even its end may be noticed before its handshake is paid for. */
  client: Socket
  to: Target
  conditions: Conditions
  upLine: BandwidthQueue
  downLine: BandwidthQueue
  seed: number
  /** Nothing passes from the first byte on: the server is not even dialled. */
  silent: boolean
  onUnreachable: (error: Error) => void
}

/** A peer that finds bytes and the reset behind them in one go may take it for an orderly end, as Node does. */
const RESET_BEHIND_MS = 5

type Side = 'client' | 'server'

/**
 * One relayed connection: two sockets and a pipe each way.
 *
 * The kernel completes the client's handshake at once, so its round trip is paid for here. As with a handshake over the
 * real line, the client's first byte sets out one round trip after connecting, and the server's socket is connected
 * half a round trip later, together with that byte.
 */
export class Connection {
  /** Settles once both sockets are closed. */
  readonly closed: Promise<void>

  readonly #options: ConnectionOptions
  readonly #client: Socket
  readonly #server = new Socket({ allowHalfOpen: true })
  readonly #up: Pipe
  readonly #down: Pipe
  readonly #buffering = new Buffering()
  readonly #handshake = new Alarm(() => this.#establish())
  readonly #idle = new IdleWatch(
    () => Math.max(this.#up.lastMovedMs, this.#down.lastMovedMs),
    () => this.reset(),
  )
  #onClosed: () => void = () => undefined
  #limitTimer: NodeJS.Timeout | undefined
  #silent = false
  /** Sides that have ended or closed; the server's counts as such until it is dialled. */
  readonly #gone = new Set<Side>(['server'])
  #connected = false
  #closed = 0

  constructor(options: ConnectionOptions) {
    const { id, client, conditions, upLine, downLine, seed } = options
    this.#options = options
    this.closed = new Promise((resolve) => (this.#onClosed = resolve))
    this.#client = client
    const pipe = (direction: 'up' | 'down', source: Socket, destination: Socket, line: BandwidthQueue): Pipe =>
      new Pipe({
        source,
        destination,
        direction,
        conditions,
        line,
        jitter: seededRandom(seed, id, direction === 'up' ? 0 : 1),
        slices: seededRandom(seed, id, direction === 'up' ? 2 : 3),
        onOpen: () => this.#dial(),
        onLimit: () => this.#limit(),
      })
    this.#up = pipe('up', client, this.#server, upLine)
    this.#down = pipe('down', this.#server, client, downLine)
    this.#watch('client', client, this.#up)
    this.#watch('server', this.#server, this.#down)
    this.#server.on('connect', () => (this.#connected = true))
    this.#server.on('data', (bytes: Buffer) => this.#fromServer(bytes))
    this.#idle.watch(conditions.profile.idleKillMs)
    if (options.silent) this.silence()
    else this.#shakeHands()
  }

  get counts(): ConnectionCounts {
    const down = this.#down.counts
    down.queuedBytes += this.#buffering.heldBytes
    return { id: this.#options.id, open: this.#closed < 2, up: this.#up.counts, down }
  }

  /** The profile or a stall has changed. */
  wake(): void {
    if (this.#options.conditions.profile.bufferBytes === null) this.#release()
    this.#up.wake()
    this.#down.wake()
    if (!this.#silent) this.#idle.watch(this.#options.conditions.profile.idleKillMs)
  }

  /** Both peers see a reset now, and what is under way is lost. */
  reset(): void {
    this.#drop()
    resetSocket(this.#client)
    resetSocket(this.#server)
  }

  /**
   * From now on nothing that either peer does reaches the other, its end or reset neither. For good: in TCP no byte can
   * come through after one that did not.
   */
  silence(): void {
    this.#silent = true
    this.#idle.watch(null)
    this.#drop()
    // Still read, though it may not be set up yet: or its end would never be noticed here.
    if (this.#client.listenerCount('data') === 0) this.#listen()
    this.#reap()
  }

  destroy(): void {
    this.#drop()
    this.#client.destroy()
    this.#server.destroy()
  }

  #watch(side: Side, socket: Socket, outgoing: Pipe): void {
    let ended = false
    socket.on('error', (error) => {
      if (side === 'server' && !this.#connected) this.#options.onUnreachable(error)
    })
    socket.on('end', () => {
      ended = true
      this.#gone.add(side)
      if (side === 'server') this.#release()
      outgoing.mark('end')
      if (this.#silent) this.#reap()
    })
    socket.on('close', (hadError) => {
      this.#gone.add(side)
      if (hadError || !ended) outgoing.mark('reset')
      this.#incoming(side).drop()
      if (this.#silent) this.#reap()
      this.#finish()
    })
  }

  #incoming(side: Side): Pipe {
    return side === 'client' ? this.#down : this.#up
  }

  #shakeHands(): void {
    const { id, seed, conditions } = this.#options
    const { delayMs, jitterMs } = conditions.profile
    const jitter = seededRandom(seed, id, 4)
    const roundTripMs = 2 * delayMs + jitterMs * (jitter() + jitter())
    if (roundTripMs === 0) this.#establish()
    else this.#handshake.set(performance.now() + roundTripMs)
  }

  #establish(): void {
    this.#up.mark('open')
    this.#listen()
  }

  #listen(): void {
    this.#client.on('data', (bytes: Buffer) => {
      this.#up.arrived(bytes.length)
      this.#buffering.request(bytes)
      this.#up.push(bytes)
    })
    this.#client.resume()
  }

  #dial(): void {
    this.#gone.delete('server')
    this.#server.connect({ ...this.#options.to, noDelay: true })
  }

  #fromServer(bytes: Buffer): void {
    this.#down.arrived(bytes.length)
    if (this.#silent) return
    const { bufferBytes } = this.#options.conditions.profile
    for (const part of this.#buffering.response(bytes, bufferBytes)) this.#down.push(part)
  }

  #release(): void {
    for (const part of this.#buffering.release()) this.#down.push(part)
  }

  #limit(): void {
    this.#drop()
    if (this.#options.conditions.profile.limitBy === 'reset') {
      this.#limitTimer = setTimeout(() => this.reset(), RESET_BEHIND_MS)
      return
    }
    closeSocket(this.#client)
    closeSocket(this.#server)
  }

  #drop(): void {
    this.#handshake.clear()
    this.#up.drop()
    this.#down.drop()
    this.#buffering.release()
  }

  /** In silence nobody tells the other: the sockets go once both peers have given up. */
  #reap(): void {
    if (this.#gone.size === 2) this.destroy()
  }

  #finish(): void {
    this.#closed++
    if (this.#closed < 2) return
    this.#idle.watch(null)
    clearTimeout(this.#limitTimer)
    this.#drop()
    this.#onClosed()
  }
}
