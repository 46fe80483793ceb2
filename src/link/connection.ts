import { Socket } from 'node:net'

import { Alarm } from './alarm.ts'
import { Buffering } from './buffering.ts'
import type { ConnectionCounts } from './counts.ts'
import { IdleWatch } from './idle-watch.ts'
import type { BandwidthQueue } from './bandwidth-queue.ts'
import { type Conditions, Pipe } from './pipe.ts'
import { seededRandom } from '../random.ts'
import { closeSocket, resetSocket } from './sockets.ts'

export interface Target {
  host: string
  port: number
}

export interface ConnectionOptions {
  id: number
  /** Paused: its data and its end are read only after the emulated handshake. */
  client: Socket
  to: Target
  conditions: Conditions
  upBandwidth: BandwidthQueue
  downBandwidth: BandwidthQueue
  seed: number
  /** No byte passes from the beginning: the server is not contacted. */
  silent: boolean
  onUnreachable: (error: Error) => void
}

/** A peer that reads bytes and the reset after them in one turn may see an orderly end, as Node does. */
const RESET_DELAY_MS = 5

type Side = 'client' | 'server'

/**
 * One relayed connection: two sockets and a pipe each way.
 *
 * The kernel completes the client's handshake at once, so its round trip is emulated here. As on a real network, the client's
 * first byte leaves one round trip after connecting. The server's socket is connected half a round trip later, with that byte.
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
  readonly #handshake = new Alarm(() => this.#openUpstream())
  readonly #idle = new IdleWatch(
    () => Math.max(this.#up.lastMovedMs, this.#down.lastMovedMs),
    () => this.reset(),
  )
  #onClosed: () => void = () => undefined
  #limitTimer: NodeJS.Timeout | undefined
  #silent = false
  /** Sides that have ended or closed. The server counts as closed until it is contacted. */
  readonly #ended = new Set<Side>(['server'])
  #connected = false
  #closed = 0

  constructor(options: ConnectionOptions) {
    const { id, client, conditions, upBandwidth, downBandwidth, seed } = options
    this.#options = options
    this.closed = new Promise((resolve) => (this.#onClosed = resolve))
    this.#client = client
    const pipe = (direction: 'up' | 'down', source: Socket, destination: Socket, bandwidth: BandwidthQueue): Pipe =>
      new Pipe({
        source,
        destination,
        direction,
        conditions,
        bandwidth,
        jitter: seededRandom(seed, id, direction === 'up' ? 0 : 1),
        slices: seededRandom(seed, id, direction === 'up' ? 2 : 3),
        onOpen: () => this.#dial(),
        onLimit: () => this.#reachLimit(),
      })
    this.#up = pipe('up', client, this.#server, upBandwidth)
    this.#down = pipe('down', this.#server, client, downBandwidth)
    this.#watch('client', client, this.#up)
    this.#watch('server', this.#server, this.#down)
    this.#server.on('connect', () => (this.#connected = true))
    this.#server.on('data', (bytes: Buffer) => this.#fromServer(bytes))
    this.#idle.watch(conditions.profile.idleKillMs)
    if (options.silent) this.silence()
    else this.#beginHandshake()
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

  /** Resets both sockets now. Queued bytes are lost. */
  reset(): void {
    this.#dropBytes()
    resetSocket(this.#client)
    resetSocket(this.#server)
  }

  /**
   * From now on neither bytes nor ends nor resets pass. This cannot be undone: in TCP no byte can arrive after one that was lost.
   */
  silence(): void {
    this.#silent = true
    this.#idle.watch(null)
    this.#dropBytes()
    // The client is read from now on, even before the handshake: otherwise its end would not be noticed.
    if (this.#client.listenerCount('data') === 0) this.#readClient()
    this.#closeIfBothEnded()
  }

  destroy(): void {
    this.#dropBytes()
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
      this.#ended.add(side)
      if (side === 'server') this.#release()
      outgoing.pushMark('end')
      if (this.#silent) this.#closeIfBothEnded()
    })
    socket.on('close', (hadError) => {
      this.#ended.add(side)
      if (hadError || !ended) outgoing.pushMark('reset')
      this.#incoming(side).drop()
      if (this.#silent) this.#closeIfBothEnded()
      this.#finish()
    })
  }

  #incoming(side: Side): Pipe {
    return side === 'client' ? this.#down : this.#up
  }

  #beginHandshake(): void {
    const { id, seed, conditions } = this.#options
    const { delayMs, jitterMs } = conditions.profile
    const jitter = seededRandom(seed, id, 4)
    const roundTripMs = 2 * delayMs + jitterMs * (jitter() + jitter())
    if (roundTripMs === 0) this.#openUpstream()
    else this.#handshake.setTo(performance.now() + roundTripMs)
  }

  #openUpstream(): void {
    this.#up.pushMark('open')
    this.#readClient()
  }

  #readClient(): void {
    this.#client.on('data', (bytes: Buffer) => {
      this.#up.countReceived(bytes.length)
      this.#buffering.addRequestBytes(bytes)
      this.#up.push(bytes)
    })
    this.#client.resume()
  }

  #dial(): void {
    this.#ended.delete('server')
    this.#server.connect({ ...this.#options.to, noDelay: true })
  }

  #fromServer(bytes: Buffer): void {
    this.#down.countReceived(bytes.length)
    if (this.#silent) return
    const { bufferBytes } = this.#options.conditions.profile
    for (const part of this.#buffering.addResponseBytes(bytes, bufferBytes)) this.#down.push(part)
  }

  #release(): void {
    for (const part of this.#buffering.release()) this.#down.push(part)
  }

  #reachLimit(): void {
    this.#dropBytes()
    if (this.#options.conditions.profile.limitBy === 'reset') {
      this.#limitTimer = setTimeout(() => this.reset(), RESET_DELAY_MS)
      return
    }
    closeSocket(this.#client)
    closeSocket(this.#server)
  }

  #dropBytes(): void {
    this.#handshake.clear()
    this.#up.drop()
    this.#down.drop()
    this.#buffering.release()
  }

  /** In silence no end is passed on: both sockets are closed once both peers have ended. */
  #closeIfBothEnded(): void {
    if (this.#ended.size === 2) this.destroy()
  }

  #finish(): void {
    this.#closed++
    if (this.#closed < 2) return
    this.#idle.watch(null)
    clearTimeout(this.#limitTimer)
    this.#dropBytes()
    this.#onClosed()
  }
}
