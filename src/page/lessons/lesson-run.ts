import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { mean } from '../../models/statistics.ts'
import type { AboutLink } from '../../protocol.ts'
import { seededRandom, type Random } from '../../random.ts'
import { randomHex } from '../../client/random.ts'
import { sleep } from '../../client/transports/time.ts'
import type { Net } from '../../client/transports/transport.ts'
import { now, type ClockReading } from '../measure/clock.ts'
import { linkOf } from '../network/links.ts'
import { netOverLink } from '../network/net.ts'
import { checkDelivery } from './delivery-check.ts'
import { wordOf, type Settings } from './parameters.ts'
import type { LessonPublisher, LessonReader } from './members.ts'
import { PageWatch } from './page-watch.ts'
import type { Point } from './point.ts'
import { Publisher } from './publisher.ts'
import { Reader } from './reader.ts'
import {
  conditionsWithout,
  type Conditions,
  type Latency,
  type Place,
  type ReaderOptions,
  type RunContext,
  type Span,
  type Stream,
} from './run-context.ts'
import type { DeliveryCheck, Noise } from './verdict.ts'

/** Time for members to join and to open their connections. */
const READY_MS = 12_000
/** Coming and going of members is over after this time, and requests are held again. */
const SETTLE_MS = 400
/** A message that has not arrived this long after the last one is lost. */
const DRAIN_MS = 8000
/** The server reports counts and records within this time. */
const REPORT_MS = 700
/** Time between two updates of the points. */
const UPDATE_MS = 1000
/** Messages per second of the control: two readers over WebSockets without a link. */
const CONTROL_RATE_PER_S = 8
/** `at` of an event is in whole ms, rounded down. */
const ROUNDED_MS = 0.5

export interface RunEnvironment {
  net: Net
  links: readonly AboutLink[]
  place: Place
  settings: Settings
  /** Aborts when the run is cancelled or takes too long. */
  signal: AbortSignal
  onProgress: (share: number) => void
}

/** Members and messages of one run. Everything leaves when it ends. */
export class LessonRun implements RunContext {
  readonly seed: number
  readonly signal: AbortSignal
  readonly place: Place
  readonly direct: Net
  readonly #environment: RunEnvironment
  readonly #readers: Reader[] = []
  readonly #publishers: Publisher[] = []
  readonly #watch = new PageWatch()
  /** ms by which each message was sent later than it was due. */
  readonly #lateMs: number[] = []
  #controls: readonly LessonReader[] = []
  /** The sockets of the control. */
  readonly #sockets: WebSocket[] = []
  #rooms = 0
  /** Called when something arrives at any reader or publisher. */
  readonly #checks = new Set<() => void>()

  constructor(environment: RunEnvironment) {
    this.#environment = environment
    this.seed = Number(environment.settings['seed'] ?? 0)
    this.signal = environment.signal
    this.place = environment.place
    this.direct = environment.net
  }

  get conditions(): Conditions {
    const profile = this.#profile
    const link = profile === null ? null : linkOf(this.#environment.links, profile, 0)
    const directMs = this.#clock?.halfRoundTripMs ?? 0
    if (!link) return { ...conditionsWithout(null), directMs }
    return { profile, rttMs: link.rttMs, bitsPerSecond: link.bitsPerSecond, directMs }
  }

  /** Of the lesson's parameter; null where the direct way is used. */
  get #profile(): string | null {
    const { settings, links } = this.#environment
    const profile = 'link' in settings ? wordOf(settings, 'link') : null
    return profile !== null && linkOf(links, profile, 0) ? profile : null
  }

  random(...path: number[]): Random {
    return seededRandom(this.seed, ...path)
  }

  newRoom(): string {
    // Not from the seed: two runs at once must not meet.
    return `experiment-${randomHex(6)}-${++this.#rooms}`
  }

  netOver(profile: string, index: number): Net | null {
    const { net, links } = this.#environment
    const ofProfile = links.filter((link) => link.profile === profile)
    const link = ofProfile[index % Math.max(1, ofProfile.length)]
    return link ? netOverLink(net, link) : null
  }

  rttOf(profile: string | null): number {
    return profile === null ? 0 : (linkOf(this.#environment.links, profile, 0)?.rttMs ?? 0)
  }

  async openReader({
    room,
    transport,
    tuning = {},
    link,
    profile,
    history,
    wrapNet,
  }: ReaderOptions): Promise<LessonReader> {
    const { net } = this.#environment
    const wanted = profile ?? this.#profile
    const way = (link === undefined || wanted === null ? null : this.netOver(wanted, link)) ?? net
    const connectionNet = wrapNet ? wrapNet(way) : way
    const reader = new Reader({ net, connectionNet, room, transport, tuning, history: history ?? false })
    this.#readers.push(reader)
    reader.onChange = this.#changed
    await this.#until(READY_MS, () => reader.isReady)
    if (!reader.isReady) throw new Error(`${transport} does not open within ${READY_MS} ms`)
    return reader
  }

  async openPublisher(room: string, ratePerS: number): Promise<LessonPublisher> {
    const publisher = new Publisher(this.#environment.net, room, ratePerS)
    this.#publishers.push(publisher)
    publisher.onChange = this.#changed
    if (!(await publisher.waitUntilJoined())) throw new Error('the server does not let a publisher join')
    return publisher
  }

  /** The best comparison of the clocks by any reader: all read the same clock. */
  get #clock(): ClockReading | null {
    const readings = this.#readers.flatMap(({ clock }) => clock ?? [])
    return readings.reduce<ClockReading | null>(
      (best, reading) => (best && best.halfRoundTripMs <= reading.halfRoundTripMs ? best : reading),
      null,
    )
  }

  toServerTime(pageMs: number): number {
    return pageMs + (this.#clock?.offsetMs ?? 0)
  }

  latenciesOf(reader: LessonReader, span?: Span): Latency[] {
    const all = reader.deliveries.map(({ event, receivedAt }) => {
      const storedMs = event.at + ROUNDED_MS
      return { id: event.id, storedMs, latencyMs: this.toServerTime(receivedAt) - storedMs }
    })
    return span ? all.filter(({ storedMs }) => storedMs >= span.fromMs && storedMs < span.toMs) : all
  }

  arrivalsIn(room: string): number[] {
    const storedMs = new Map<string, number>()
    for (const reader of this.#readers) {
      if (reader.room !== room) continue
      for (const { event } of reader.deliveries) storedMs.set(event.id, event.at + ROUNDED_MS)
    }
    return [...storedMs.values()].sort((a, b) => a - b)
  }

  wait(ms: number): Promise<void> {
    return sleep(Math.max(0, ms), this.signal)
  }

  progress(share: number): void {
    this.#environment.onProgress(Math.min(1, share))
  }

  async *publish(
    streams: readonly Stream[],
    durationMs: number,
    measure: (span: Span) => readonly Point[],
  ): AsyncIterable<readonly Point[]> {
    await this.wait(SETTLE_MS)
    const startedAt = now()
    const span = () => ({
      fromMs: this.toServerTime(startedAt),
      toMs: this.toServerTime(Math.min(now(), startedAt + durationMs)),
    })
    const sending = Promise.all(streams.map((stream) => this.#send(stream, startedAt)))
    // A cancelled run is reported by the wait below.
    sending.catch(() => undefined)
    for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs = now() - startedAt) {
      this.progress(elapsedMs / durationMs)
      await this.wait(Math.min(UPDATE_MS, durationMs - elapsedMs))
      yield measure(span())
    }
    await sending
    await this.#drain()
    this.progress(1)
    yield measure(span())
  }

  async *elapse(ms: number, measure: () => readonly Point[]): AsyncIterable<readonly Point[]> {
    const startedAt = now()
    for (let elapsedMs = 0; elapsedMs < ms; elapsedMs = now() - startedAt) {
      this.progress(elapsedMs / ms)
      await this.wait(Math.min(UPDATE_MS, ms - elapsedMs))
      yield measure()
    }
    await this.wait(REPORT_MS)
    this.progress(1)
    yield measure()
  }

  /** The control runs beside the lesson: two readers with the same settings, which should measure the same. */
  async startControl(): Promise<void> {
    const room = this.newRoom()
    const publisher = await this.openPublisher(room, CONTROL_RATE_PER_S)
    const wrapNet = watchSockets((socket) => this.#sockets.push(socket))
    this.#controls = await Promise.all([0, 1].map(() => this.openReader({ room, transport: 'websocket', wrapNet })))
    const dueMs = poissonArrivalsMs(this.random(1_000_003), CONTROL_RATE_PER_S, 60_000)
    this.#send({ publisher, dueMs }, now()).catch(() => undefined)
  }

  /** The server compresses the frames of WebSockets. */
  get isCompressed(): boolean {
    return this.#sockets.some(({ extensions }) => extensions !== '')
  }

  noise(): Noise {
    const [one = 0, other = 0] = this.#controls.map((reader) =>
      meanOr0(this.latenciesOf(reader).map(({ latencyMs }) => latencyMs)),
    )
    const halfRoundTripMs = this.#clock?.halfRoundTripMs ?? 0
    return {
      stallMs: this.#watch.meanMs,
      longestStallMs: this.#watch.longestMs,
      pushMs: (one + other) / 2,
      twinMs: Math.abs(one - other),
      publisherLateMs: meanOr0(this.#lateMs),
      clockMs: halfRoundTripMs,
      limited: this.#publishers.reduce((sum, { limited }) => sum + limited, 0),
      wasHidden: this.#watch.wasHidden,
    }
  }

  /** Without the control, which is still under way. */
  delivery(): DeliveryCheck {
    const controlRoom = this.#controls[0]?.room
    return checkDelivery(
      this.#readers.filter(({ room }) => room !== controlRoom),
      this.#publishers,
    )
  }

  end(): void {
    this.#watch.stop()
    for (const member of [...this.#readers, ...this.#publishers]) member.leave()
  }

  async #send({ publisher, dueMs, text = numberedText }: Stream, startedAt: number): Promise<void> {
    for (const [index, due] of dueMs.entries()) {
      await this.wait(startedAt + due - now())
      publisher.send(text(index))
      this.#lateMs.push(Math.max(0, now() - startedAt - due))
    }
  }

  /** Until each reader has all messages, and the server has reported them. */
  async #drain(): Promise<void> {
    const controlRoom = this.#controls[0]?.room
    const publishers = this.#publishers.filter(({ room }) => room !== controlRoom)
    const isComplete = () => publishers.every(({ isAcknowledged }) => isAcknowledged) && this.delivery().lost === 0
    await this.#until(DRAIN_MS, isComplete)
    await this.wait(REPORT_MS)
  }

  readonly #changed = (): void => {
    for (const check of this.#checks) check()
  }

  /** Settles when the condition is true, or after `ms`. */
  async #until(ms: number, isTrue: () => boolean): Promise<void> {
    const stop = new AbortController()
    const check = () => {
      if (isTrue()) stop.abort()
    }
    this.#checks.add(check)
    check()
    await sleep(ms, AbortSignal.any([stop.signal, this.signal])).catch(() => undefined)
    this.#checks.delete(check)
    this.signal.throwIfAborted()
  }
}

/** The network, with a call for each WebSocket that it opens. */
const watchSockets =
  (onSocket: (socket: WebSocket) => void) =>
  (net: Net): Net => ({
    ...net,
    WebSocket: class extends net.WebSocket {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args)
        onSocket(this)
      }
    },
  })

const meanOr0 = (values: readonly number[]): number => (values.length === 0 ? 0 : mean(values))

/** 40 bytes. */
const numberedText = (index: number): string =>
  `${index + 1} `.padEnd(40, 'the quick brown fox jumps over the lazy dog')
