import { pushedBytes } from '../../src/models/framing.ts'
import type { ByteSplit, Counts, RequestRecord, TraceRecord } from '../../src/meter.ts'
import { noBytes, noCounts, totalBytes } from '../../src/meter.ts'
import type { MessageEvent } from '../../src/protocol.ts'
import { seededRandom, type Random } from '../../src/random.ts'
import { TRANSPORT_TRAITS, TRANSPORTS, type TransportName } from '../../src/transports.ts'
import { nodeNet } from '../../src/node/net.ts'
import { checkDelivery } from '../../src/page/lessons/delivery-check.ts'
import type { Settings } from '../../src/page/lessons/parameters.ts'
import type { Delivery, LessonPublisher, LessonReader } from '../../src/page/lessons/members.ts'
import type { Point } from '../../src/page/lessons/point.ts'
import {
  pathOf,
  type Conditions,
  type Latency,
  type Place,
  type ReaderOptions,
  type RunContext,
  type Span,
  type Stream,
} from '../../src/page/lessons/run-context.ts'
import type { DeliveryCheck } from '../../src/page/lessons/verdict.ts'

/** What is wrong in the simulated world. By default nothing is: the models hold in it. */
export interface SimulatedFaults {
  /** ms by which every answer and frame of these transports is late. */
  delayMs?: number
  delayed?: readonly TransportName[]
  /** Share of the messages that never arrive. */
  lostShare?: number
  /** The server answers a held request at once, without a message, once in so many ms. */
  emptyEveryMs?: number
  /** Bytes that every answer has more once messages are measured. */
  paddingBytes?: number
  /** Each poll opens a connection. */
  opensAlways?: boolean
  /** Mean ms of a random delay of each delivery, as on a busy machine. */
  jitterMs?: number
}

interface World {
  settings: Settings
  conditions?: Partial<Conditions>
  profiles?: readonly string[]
  faults?: SimulatedFaults
  /** ms for which a silent connection is kept. */
  keepAliveMs?: number
}

const EPOCH_MS = 1_800_000_000_000
const CURSOR = '0badcafe.12345'
const HEADERS = { up: 520, down: 190 }

interface Message {
  room: string
  storedMs: number
  event: MessageEvent
}

/** A member of the simulation. Its transport is simulated again, from its opening to now, each time that the clock moves. */
class SimulatedReader implements LessonReader {
  readonly room: string
  readonly transport: TransportName
  readonly deliveries: Delivery[] = []
  readonly records = new Map<number, TraceRecord>()
  readonly lost = 0
  counts: Counts = noCounts()
  intervalMs: number
  beganMs: number
  readonly member: LessonReader['member']

  constructor({ room, transport, tuning }: ReaderOptions, beganMs: number, now: () => number) {
    this.room = room
    this.transport = transport
    this.intervalMs = tuning?.intervalMs ?? 1000
    this.beganMs = beganMs
    const tune = (changed: { intervalMs?: number }) => {
      this.intervalMs = changed.intervalMs ?? this.intervalMs
      this.beganMs = now()
    }
    this.member = {
      cursor: CURSOR,
      tune,
      use: unused,
      connectOver: unused,
      reconnect: unused,
      send: unused,
      member: null,
      outbox: [],
      state: { name: 'open' },
      token: 'token',
      transport,
    }
  }

  leave(): void {
    // Nothing is open.
  }
}

const unused = (): never => {
  throw new Error('not simulated')
}

/** A run in simulated time, in which the models hold, or faults are planted. It takes no time. */
export class SimulatedRun implements RunContext {
  readonly seed: number
  readonly signal = new AbortController().signal
  readonly place: Place
  readonly conditions: Conditions
  readonly direct = nodeNet('http://simulated.invalid')
  readonly #faults: SimulatedFaults
  readonly #keepAliveMs: number
  readonly #readers: SimulatedReader[] = []
  readonly #messages: Message[] = []
  readonly #publishers: { publisher: LessonPublisher; room: string; sent: string[] }[] = []
  #nowMs = EPOCH_MS
  #measuredFromMs = Number.POSITIVE_INFINITY
  #rooms = 0

  constructor({ settings, conditions = {}, profiles = [], faults = {}, keepAliveMs = 10_000 }: World) {
    this.seed = Number(settings['seed'])
    this.place = { profiles, transports: TRANSPORTS, isMultiplexed: false }
    this.conditions = { profile: null, rttMs: 0, bitsPerSecond: null, directMs: 0.5, ...conditions }
    this.#faults = faults
    this.#keepAliveMs = keepAliveMs
  }

  random(...path: number[]): Random {
    return seededRandom(this.seed, ...path)
  }
  newRoom(): string {
    return `room-${++this.#rooms}`
  }
  netOver(): null {
    return null
  }
  rttOf(profile: string | null): number {
    return profile === this.conditions.profile ? this.conditions.rttMs : 0
  }
  progress(): void {
    // Nobody looks.
  }
  toServerTime(pageMs: number): number {
    return pageMs
  }

  openReader(options: ReaderOptions): Promise<LessonReader> {
    // Members do not join at one moment.
    const beganMs = this.#nowMs + 10 * this.random(7, this.#readers.length)()
    const reader = new SimulatedReader(options, beganMs, () => this.#nowMs)
    this.#readers.push(reader)
    return Promise.resolve(reader)
  }

  openPublisher(room: string): Promise<LessonPublisher> {
    const sent: string[] = []
    const send = (text: string) => void sent.push(this.#store(room, this.#nowMs, text))
    const publisher: LessonPublisher = { room, sent, send, leave: () => undefined }
    this.#publishers.push({ publisher, room, sent })
    return Promise.resolve(publisher)
  }

  /** What was sent against what arrived. */
  delivery(): DeliveryCheck {
    return checkDelivery(this.#readers, this.#publishers)
  }

  latenciesOf(reader: LessonReader, span?: Span): Latency[] {
    return reader.deliveries
      .map(({ event, receivedAt }) => {
        const storedMs = event.at + 0.5
        return { id: event.id, storedMs, latencyMs: receivedAt - storedMs }
      })
      .filter(({ storedMs }) => !span || (storedMs >= span.fromMs && storedMs < span.toMs))
  }

  arrivalsIn(room: string): number[] {
    return this.#messages
      .filter((message) => message.room === room)
      .map(({ event }) => event.at + 0.5)
      .sort((a, b) => a - b)
  }

  wait(ms: number): Promise<void> {
    this.#nowMs += Math.max(0, ms)
    this.#simulate()
    return Promise.resolve()
  }

  async *publish(
    streams: readonly Stream[],
    durationMs: number,
    measure: (span: Span) => readonly Point[],
  ): AsyncIterable<readonly Point[]> {
    const fromMs = (this.#measuredFromMs = this.#nowMs + 400)
    for (const { publisher, dueMs, text = () => 'a text of a message, of 40 bytes or so' } of streams) {
      const sent = this.#publishers.find((known) => known.publisher === publisher)?.sent
      for (const [index, due] of dueMs.entries()) sent?.push(this.#store(publisher.room, fromMs + due + 1, text(index)))
    }
    await this.wait(400 + durationMs + 8000)
    yield measure({ fromMs, toMs: fromMs + durationMs })
  }

  async *elapse(ms: number, measure: () => readonly Point[]): AsyncIterable<readonly Point[]> {
    await this.wait(ms)
    yield measure()
  }

  #store(room: string, storedMs: number, text: string): string {
    const id = `message-${this.#messages.length}`
    const member = { id: 'abcdefghijklmnop', name: 'publisher' }
    const event: MessageEvent = { type: 'message', seq: 0, id, at: Math.floor(storedMs), from: member, text }
    this.#messages.push({ room, storedMs, event })
    return id
  }

  #simulate(): void {
    for (const [index, reader] of this.#readers.entries()) {
      const own = this.#messages
        .filter(({ room }) => room === reader.room)
        .sort((a, b) => a.storedMs - b.storedMs)
        .map((message, seq) => ({ ...message, event: { ...message.event, seq: seq + 1 } }))
      new Simulation(reader, own, {
        ...{ conditions: this.conditions, faults: this.#faults, random: this.random(8, index), nowMs: this.#nowMs },
        ...{ keepAliveMs: this.#keepAliveMs, measuredFromMs: this.#measuredFromMs },
      }).run()
    }
  }
}

interface SimulationOptions {
  conditions: Conditions
  faults: SimulatedFaults
  random: Random
  nowMs: number
  keepAliveMs: number
  measuredFromMs: number
}

/** One reader, from its beginning to now. */
class Simulation {
  readonly #reader: SimulatedReader
  readonly #messages: readonly Message[]
  readonly #options: SimulationOptions
  #records = 0
  #lastPollMs = Number.NEGATIVE_INFINITY

  constructor(reader: SimulatedReader, messages: readonly Message[], options: SimulationOptions) {
    this.#reader = reader
    this.#messages = messages
    this.#options = options
    reader.deliveries.length = 0
    reader.records.clear()
    reader.counts = noCounts()
  }

  run(): void {
    const { mode } = TRANSPORT_TRAITS[this.#reader.transport]
    if (mode === 'streaming') this.#stream()
    else this.#poll(mode === 'held')
  }

  #poll(isHeld: boolean): void {
    const { conditions, nowMs, faults } = this.#options
    const { intervalMs, beganMs } = this.#reader
    let next = 0
    for (let askedMs = beganMs; askedMs < nowMs;) {
      const dueMs = isHeld ? Math.max(askedMs, this.#messages[next]?.storedMs ?? Number.POSITIVE_INFINITY) : askedMs
      const givenUpMs = askedMs + (isHeld ? Math.min(25_000, faults.emptyEveryMs ?? 25_000) : 0)
      const answeredMs = isHeld ? Math.min(dueMs, givenUpMs) : askedMs
      if (answeredMs >= nowMs) break
      const first = next
      while ((this.#messages[next]?.storedMs ?? Number.POSITIVE_INFINITY) <= answeredMs) next += 1
      const brought = this.#messages.slice(first, next)
      const downBytes = this.#answer(askedMs, answeredMs, brought)
      const path = pathOf(conditions, { up: HEADERS.up, down: downBytes })
      this.#deliver(brought, answeredMs + path.serviceMs + path.oneWayDownMs)
      askedMs = isHeld ? answeredMs + path.serviceMs + path.oneWayDownMs + path.oneWayUpMs : askedMs + intervalMs
    }
  }

  #stream(): void {
    const { conditions } = this.#options
    const { transport } = this.#reader
    const traits = TRANSPORT_TRAITS[transport]
    for (const message of this.#messages) {
      const batchBytes = JSON.stringify({ cursor: CURSOR, events: [message.event] }).length
      const size =
        traits.mode === 'streaming' && traits.framing
          ? pushedBytes[traits.framing]({ batchBytes, cursorBytes: CURSOR.length })
          : batchBytes
      const bytes: ByteSplit = { ...noBytes(), envelope: size + this.#padding(message.storedMs) }
      const id = ++this.#records
      const frame = { type: 'frame', id, request: 0, way: 'down', kind: 'batch', at: message.storedMs } as const
      this.#reader.records.set(id, { ...frame, transport, bytes, messages: [message.event.id] })
      const { serviceMs, oneWayDownMs } = pathOf(conditions, { up: 0, down: totalBytes(bytes) })
      this.#deliver([message], message.storedMs + serviceMs + oneWayDownMs)
    }
  }

  /** @returns the bytes of the answer */
  #answer(receivedAt: number, answeredAt: number, brought: readonly Message[]): number {
    const { transport, counts } = this.#reader
    const hasNews = brought.length > 0
    const events = brought.map(({ event }) => event)
    const down: ByteSplit = {
      ...noBytes(),
      headers: HEADERS.down + this.#padding(answeredAt),
      envelope: hasNews ? JSON.stringify({ cursor: CURSOR, events }).length : 0,
    }
    const id = ++this.#records
    this.#reader.records.set(id, {
      ...{
        type: 'request',
        id,
        transport,
        kind: 'poll',
        method: 'GET',
        path: '',
        connection: 1,
        receivedAt,
        answeredAt,
      },
      ...{ status: hasNews ? 200 : 204, isOver: true, events: events.length, brings: events.map((event) => event.id) },
      ...(answeredAt > receivedAt ? { heldFrom: receivedAt, heldTo: answeredAt } : {}),
      ...{ up: { ...noBytes(), headers: HEADERS.up }, down },
    } satisfies RequestRecord)
    const { faults, keepAliveMs } = this.#options
    if (faults.opensAlways || receivedAt - this.#lastPollMs > keepAliveMs) counts.opened += 1
    this.#lastPollMs = answeredAt
    counts.polls += 1
    return totalBytes(down)
  }

  #padding(atMs: number): number {
    const { faults, measuredFromMs } = this.#options
    return atMs >= measuredFromMs ? (faults.paddingBytes ?? 0) : 0
  }

  #deliver(messages: readonly Message[], receivedMs: number): void {
    const { random, faults } = this.#options
    const { delayMs = 0, delayed = TRANSPORTS, jitterMs = 0, lostShare = 0 } = faults
    const jitter = () => -Math.log(1 - random()) * jitterMs
    const faultMs = delayed.includes(this.#reader.transport) ? delayMs : 0
    const receivedAt = receivedMs + faultMs + jitter()
    for (const { event } of messages)
      if (random() >= lostShare) this.#reader.deliveries.push({ event, receivedAt, batch: this.#records })
  }
}
