import { signal } from '@preact/signals'
import { noCounts, type Counts } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import { bytesPerMessage, emptyShare, countsSince, sumOf, textBytesOf } from './count-math.ts'
import type { Conditions } from './conditions.ts'
import type { MeterReport, MeterState } from './meter-socket.ts'

/** How far back the plots reach. */
export const PLOT_MS = 60_000
/** A rate is taken over `over` ms, or since the switch if that is shorter, but not over less than `least` ms. */
const RATE_MS = { over: 5000, least: 1000 }
/** Percentiles are exact over the last deliveries since the switch, up to this number. */
const MAX_LATENCIES = 2000
/** Dots in the plot: a minute at 100 messages per second. */
const MAX_DOTS = 6000

/** One delivery in the latency plot. */
export interface Dot {
  at: number
  ms: number
  transport: TransportName
  /** The message was stored while no connection was open. */
  isLate: boolean
}

/** One reading in the sparklines. */
export interface Point {
  at: number
  transport: TransportName
  counts: Counts
  requestsPerS: number | null
  /** Both directions. */
  bytesPerS: number | null
  emptyShare: number | null
  bytesPerMessage: number | null
}

export interface Latency {
  p50: number
  p95: number
  /** Messages per second while messages arrived; 0 for a single message. */
  ratePerS: number
  /** The number of messages in the percentiles, and of those that came late, with the next connection. */
  messages: number
  late: number
}

/** How often the connection was lost in a period, and for how long in all; the current loss is included. */
export interface Outages {
  count: number
  ms: number
}

/** What the server has sent on an open stream and the page has not received. */
export interface Stuck {
  bytes: number
  /** The time since which nothing has arrived. */
  since: number
}

/** The values of the meters for one period: from one switch to the next. */
export interface Reading {
  transport: TransportName
  begunAt: number
  /** The period began with a switch; otherwise with joining. */
  isSwitch: boolean
  counts: Counts
  /** null before the first report of the server. */
  connections: number | null
  requestsPerS: number | null
  bytesPerS: number | null
  latency: Latency | null
  outages: Outages
  /** null while all that was sent arrives. */
  stuck: Stuck | null
}

/** The cost of a transport as last measured, and what it was measured under. */
export interface LastCost extends Conditions {
  bytesPerMessage: number | null
  p50: number | null
  /** Messages per second. */
  ratePerS: number
  /** Bytes of text in a message, on average; 0 without a message. */
  textBytes: number
}

export interface Plots {
  now: number
  points: readonly Point[]
  dots: readonly Dot[]
  /** Switches within the time of the plots. */
  switches: readonly { at: number; from: TransportName; to: TransportName }[]
}

/** The k-th of n ordered values with k = ⌈p n⌉: a value that occurred, not an interpolation. */
export function percentile(ordered: readonly number[], p: number): number {
  return ordered[Math.max(0, Math.ceil(p * ordered.length) - 1)] ?? 0
}

/** What has arrived of a streamed answer. */
export interface StreamProgress {
  /** The head has arrived. */
  isAnswered: boolean
  /** Of the body. */
  bytes: number
}

/** Bytes that do not arrive within this time are held back: it is longer than the round trip of every link. */
const STUCK_MS = 2000

/** From one switch to the next. */
interface Period {
  transport: TransportName
  begunAt: number
  isSwitch: boolean
  /** The counts of the transport before the period. */
  before: Counts
  deliveries: Pick<Dot, 'at' | 'ms' | 'isLate'>[]
  outages: Outages
}

const newPeriod = (transport: TransportName, begunAt: number, isSwitch: boolean, before: Counts): Period => ({
  ...{ transport, begunAt, isSwitch, before },
  deliveries: [],
  outages: { count: 0, ms: 0 },
})

/** Makes readings from the server's reports and the page's clock. */
export class MeterModel {
  readonly reading = signal<Reading | null>(null)
  readonly plots = signal<Plots>({ now: Date.now(), points: [], dots: [], switches: [] })
  readonly lastCosts = signal<Partial<Record<TransportName, LastCost>>>({})
  readonly socketState = signal<MeterState>('connecting')
  readonly #conditions: (transport: TransportName) => Conditions
  readonly #streamed: () => StreamProgress | null
  #lostAt: number | null = null
  #stuck: { sent: number; arrived: number; since: number } | null = null
  #report: MeterReport | null = null
  #period: Period
  /** At the last reading of the period. */
  #measuredUnder: Conditions | null = null
  #points: Point[] = []
  #dots: Dot[] = []
  #switches: { at: number; from: TransportName; to: TransportName }[] = []

  /**
   * @param conditions that are chosen now
   * @param streamed what has arrived of the answer that is being streamed; null without one
   */
  constructor(
    transport: TransportName,
    conditions: (transport: TransportName) => Conditions,
    streamed: () => StreamProgress | null,
  ) {
    this.#conditions = conditions
    this.#streamed = streamed
    this.#period = newPeriod(transport, Date.now(), false, noCounts())
  }

  /** A new member: the server's counts begin at 0. */
  joined(transport: TransportName, at: number): void {
    this.#report = null
    this.#lostAt = null
    this.#period = newPeriod(transport, at, false, noCounts())
    this.tick()
  }

  /** The connection broke. */
  connectionLost(): void {
    if (this.#lostAt !== null) return
    this.#lostAt = Date.now()
    this.#period.outages.count += 1
  }

  connectionOpened(): void {
    if (this.#lostAt === null) return
    this.#period.outages.ms += Date.now() - Math.max(this.#lostAt, this.#period.begunAt)
    this.#lostAt = null
  }

  /** Starts a new period, without the counts of the transport before it. */
  startPeriod(transport: TransportName): void {
    const at = Date.now()
    // The last reading of the period belongs to the conditions before the change.
    this.#read(this.#measuredUnder ?? this.#conditions(this.#period.transport))
    this.#switches.push({ at, from: this.#period.transport, to: transport })
    const before = this.#report?.counts[transport] ?? noCounts()
    this.#period = newPeriod(transport, at, true, before)
    this.#lostAt = null
    this.tick()
  }

  report(report: MeterReport): void {
    this.#report = report
  }

  delivered(ms: number, transport: TransportName, isLate: boolean): void {
    const dot = { at: Date.now(), ms, transport, isLate }
    this.#dots.push(dot)
    // A message from before the period waited for the transport before, or for the switch.
    if (transport === this.#period.transport && dot.at - ms >= this.#period.begunAt) this.#period.deliveries.push(dot)
  }

  /** Takes a reading. */
  tick(): void {
    this.#measuredUnder = this.#conditions(this.#period.transport)
    this.#read(this.#measuredUnder)
  }

  #read(conditions: Conditions): void {
    const at = Date.now()
    const { transport, begunAt, isSwitch, before, deliveries, outages } = this.#period
    deliveries.splice(0, deliveries.length - MAX_LATENCIES)
    const latency = latencyOf(deliveries)
    const counts = countsSince(before, this.#report?.counts[transport] ?? before)
    const isConnected = this.socketState.peek() === 'open'
    // Without new reports the rates do not change.
    const last = this.reading.peek()
    const frozen = !isConnected && last?.begunAt === begunAt ? last : null
    const requestsPerS = frozen ? frozen.requestsPerS : this.#rate(at, counts, ({ requests }) => requests)
    const bytesPerS = frozen ? frozen.bytesPerS : this.#rate(at, counts, ({ up, down }) => sumOf(up) + sumOf(down))
    const connections = this.#report?.connections ?? null
    if (this.#report && isConnected) {
      this.#points.push({
        at,
        transport,
        counts,
        requestsPerS,
        bytesPerS,
        emptyShare: emptyShare(transport, counts),
        bytesPerMessage: bytesPerMessage(transport, counts),
      })
    }
    this.#dropBefore(at - PLOT_MS)
    const lostMs = outages.ms + (this.#lostAt === null ? 0 : at - Math.max(this.#lostAt, begunAt))
    this.reading.value = this.#report
      ? {
          ...{ transport, begunAt, isSwitch, counts, connections, requestsPerS, bytesPerS, latency },
          outages: { count: outages.count, ms: lostMs },
          stuck: isConnected ? this.#findStuck(at) : null,
        }
      : null
    this.plots.value = { now: at, points: [...this.#points], dots: [...this.#dots], switches: [...this.#switches] }
    if (counts.requests === 0) return
    const cost: LastCost = {
      ...conditions,
      bytesPerMessage: bytesPerMessage(transport, counts),
      p50: latency?.p50 ?? null,
      ratePerS: latency?.ratePerS ?? 0,
      textBytes: textBytesOf(counts),
    }
    const known = this.lastCosts.peek()[transport]
    const isKnown = (Object.keys(cost) as (keyof LastCost)[]).every((name) => known?.[name] === cost[name])
    if (!isKnown) {
      this.lastCosts.value = { ...this.lastCosts.peek(), [transport]: cost }
    }
  }

  /** Bytes that have been on the way for long, while no other bytes of the stream arrived. */
  #findStuck(at: number): Stuck | null {
    const sent = this.#report?.streamed
    const progress = this.#streamed()
    const arrived = progress?.bytes ?? 0
    if (sent === undefined || progress === null || (sent <= arrived && progress.isAnswered)) this.#stuck = null
    else if (this.#stuck?.arrived !== arrived || this.#stuck.sent > sent) this.#stuck = { sent, arrived, since: at }
    else this.#stuck.sent = sent
    if (!this.#stuck || at - this.#stuck.since < STUCK_MS) return null
    return { bytes: this.#stuck.sent - this.#stuck.arrived, since: this.#stuck.since }
  }

  #rate(at: number, counts: Counts, read: (counts: Counts) => number): number | null {
    const first = this.#points.find(
      (point) =>
        point.at >= at - RATE_MS.over &&
        // A reading at the moment of the switch belongs to the period before.
        point.at > this.#period.begunAt &&
        point.transport === this.#period.transport,
    )
    if (!first || at - first.at < RATE_MS.least) return null
    return (read(counts) - read(first.counts)) / ((at - first.at) / 1000)
  }

  #dropBefore(before: number): void {
    this.#points = this.#points.filter(({ at }) => at >= before)
    this.#dots = this.#dots.filter(({ at }) => at >= before).slice(-MAX_DOTS)
    this.#switches = this.#switches.filter(({ at }) => at >= before)
  }
}

function latencyOf(deliveries: Period['deliveries']): Latency | null {
  if (deliveries.length === 0) return null
  const ordered = deliveries.map(({ ms }) => ms).toSorted((a, b) => a - b)
  return {
    p50: percentile(ordered, 0.5),
    p95: percentile(ordered, 0.95),
    ratePerS: rateOf(deliveries.map(({ at, ms }) => at - ms)),
    messages: ordered.length,
    late: deliveries.filter(({ isLate }) => isLate).length,
  }
}

/**
 * For random arrivals the median of the gaps is ln 2 of their mean. The median ignores an hour of silence between two
 * conversations, which would lower the mean rate.
 */
function rateOf(storedAt: readonly number[]): number {
  const gapsMs = storedAt.slice(1).map((at, index) => at - (storedAt[index] ?? at))
  if (gapsMs.length === 0) return 0
  gapsMs.sort((a, b) => a - b)
  return (Math.LN2 * 1000) / Math.max(1, percentile(gapsMs, 0.5))
}
