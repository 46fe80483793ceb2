import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

import { Connection, type Target } from './connection.ts'
import { addCounts, type ConnectionCounts, type LinkCounts, noBytes } from './counts.ts'
import { BandwidthQueue } from './bandwidth-queue.ts'
import { targetsOf, type Link, type LinkOptions } from './types.ts'
import { RecurringOutage } from './outages.ts'
import type { Conditions } from './pipe.ts'
import { completeProfile, type LinkProfile, OUTAGE_MS, type ProfileChoice } from './profile.ts'
import { checkField } from './range.ts'
import { resetSocket } from './sockets.ts'

const CLOSED_REMEMBERED = 100

/** Accepts the connections of a link and applies its profile and commands. `Link` documents the methods. */
export class Relay implements Link {
  host = ''
  port = 0

  readonly #to: readonly Target[]
  readonly #seed: number
  readonly #onError: NonNullable<LinkOptions['onError']>
  readonly #server: Server
  readonly #conditions: Conditions
  readonly #upBandwidth = new BandwidthQueue()
  readonly #downBandwidth = new BandwidthQueue()
  readonly #open = new Set<Connection>()
  readonly #closed: ConnectionCounts[] = []
  readonly #upClosed = noBytes()
  readonly #downClosed = noBytes()
  readonly #cuts = new RecurringOutage((untilMs) => this.#recurringCut(untilMs))
  readonly #stalls = new RecurringOutage((untilMs) => this.#recurringStall(untilMs))
  /** Outages by command and by the profile are separate: a change of the profile ends only its own. */
  readonly #cutUntilMs = { command: 0, profile: 0 }
  readonly #stalledUntilMs = { command: 0, profile: 0 }
  #silent = false
  #opened = 0
  #refused = 0
  #closing: Promise<void> | null = null

  constructor(options: LinkOptions & { seed: number }, profile: LinkProfile) {
    this.#to = targetsOf(options).map(({ host = '127.0.0.1', port }) => ({ host, port }))
    this.#seed = options.seed
    this.#onError = options.onError ?? (() => undefined)
    this.#conditions = { profile, stalledUntilMs: 0 }
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) =>
      this.#accept(client),
    )
  }

  async listen(port: number, host: string): Promise<void> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    this.#server.on('error', (error) => this.#onError(error, { stage: 'listen', connection: null }))
    const address = this.#server.address() as AddressInfo
    this.host = address.address
    this.port = address.port
    this.#startRecurring()
  }

  get url(): string {
    return `http://${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`
  }

  get profile(): LinkProfile {
    return this.#conditions.profile
  }

  get connections(): number {
    return this.#open.size
  }

  get counts(): LinkCounts {
    const open = [...this.#open].map((connection) => connection.counts)
    const up = noBytes()
    const down = noBytes()
    for (const counts of [{ up: this.#upClosed, down: this.#downClosed }, ...open]) {
      addCounts(up, counts.up)
      addCounts(down, counts.down)
    }
    return { opened: this.#opened, refused: this.#refused, up, down, connections: [...this.#closed, ...open] }
  }

  setProfile(profile: ProfileChoice): void {
    this.#conditions.profile = completeProfile(profile)
    this.#upBandwidth.clear()
    this.#downBandwidth.clear()
    this.#cutUntilMs.profile = 0
    this.#stalledUntilMs.profile = 0
    this.#startRecurring()
    this.#wake()
  }

  cut(durationMs: number): void {
    checkField('cut', durationMs, OUTAGE_MS)
    this.#cutUntilMs.command = Math.max(this.#cutUntilMs.command, performance.now() + durationMs)
    this.reset()
  }

  stall(durationMs: number): void {
    checkField('stall', durationMs, OUTAGE_MS)
    this.#stalledUntilMs.command = performance.now() + durationMs
    this.#wake()
  }

  reset(): void {
    for (const connection of this.#open) connection.reset()
    this.#upBandwidth.clear()
    this.#downBandwidth.clear()
  }

  silence(on: boolean): void {
    this.#silent = on
    if (on) for (const connection of this.#open) connection.silence()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#cuts.stop()
    this.#stalls.stop()
    const closed = [once(this.#server, 'close'), ...[...this.#open].map((connection) => connection.closed)]
    this.#server.close()
    for (const connection of this.#open) connection.destroy()
    await Promise.all(closed)
  }

  #accept(client: Socket): void {
    if (performance.now() < Math.max(this.#cutUntilMs.command, this.#cutUntilMs.profile)) {
      this.#refused++
      client.on('error', () => undefined)
      resetSocket(client)
      return
    }
    this.#opened++
    const id = this.#opened
    const to = this.#to[(id - 1) % this.#to.length]
    if (!to) throw new RangeError('to is empty; allowed: at least one server')
    const connection = new Connection({
      id,
      client,
      to,
      conditions: this.#conditions,
      upBandwidth: this.#upBandwidth,
      downBandwidth: this.#downBandwidth,
      seed: this.#seed,
      silent: this.#silent,
      onUnreachable: (error) => this.#onError(error, { stage: 'dial', connection: id }),
    })
    this.#open.add(connection)
    void connection.closed.then(() => this.#forget(connection))
  }

  #forget(connection: Connection): void {
    const { counts } = connection
    this.#open.delete(connection)
    this.#closed.push(counts)
    if (this.#closed.length > CLOSED_REMEMBERED) this.#closed.shift()
    addCounts(this.#upClosed, counts.up)
    addCounts(this.#downClosed, counts.down)
  }

  #startRecurring(): void {
    if (this.#closing !== null) return
    const { cutEveryMs, cutForMs, stallEveryMs, stallForMs } = this.#conditions.profile
    this.#cuts.start(cutEveryMs, cutForMs)
    this.#stalls.start(stallEveryMs, stallForMs)
  }

  #recurringCut(untilMs: number): void {
    this.#cutUntilMs.profile = untilMs
    this.reset()
  }

  #recurringStall(untilMs: number): void {
    this.#stalledUntilMs.profile = untilMs
    this.#wake()
  }

  #wake(): void {
    this.#conditions.stalledUntilMs = Math.max(this.#stalledUntilMs.command, this.#stalledUntilMs.profile)
    for (const connection of this.#open) connection.wake()
  }
}
