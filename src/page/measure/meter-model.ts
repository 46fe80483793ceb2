import { signal } from '@preact/signals'
import { noCounts, type Counts } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import { bytesPerMessage, emptyShare, countsSince, sumOf } from './count-math.ts'
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
  /** The number of messages in the percentiles. */
  messages: number
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
}

/** The cost of a transport as last measured. */
export interface LastCost {
  bytesPerMessage: number | null
  p50: number | null
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

/** From one switch to the next. */
interface Period {
  transport: TransportName
  begunAt: number
  isSwitch: boolean
  /** The counts of the transport before the period. */
  before: Counts
  deliveries: Pick<Dot, 'at' | 'ms'>[]
}

/** Makes readings from the server's reports and the page's clock. */
export class MeterModel {
  readonly reading = signal<Reading | null>(null)
  readonly plots = signal<Plots>({ now: Date.now(), points: [], dots: [], switches: [] })
  readonly lastCosts = signal<Partial<Record<TransportName, LastCost>>>({})
  readonly socketState = signal<MeterState>('connecting')
  #report: MeterReport | null = null
  #period: Period
  #points: Point[] = []
  #dots: Dot[] = []
  #switches: { at: number; from: TransportName; to: TransportName }[] = []

  constructor(transport: TransportName) {
    this.#period = { transport, begunAt: Date.now(), isSwitch: false, before: noCounts(), deliveries: [] }
  }

  /** A new member: the server's counts begin at 0. */
  joined(transport: TransportName, at: number): void {
    this.#report = null
    this.#period = { transport, begunAt: at, isSwitch: false, before: noCounts(), deliveries: [] }
    this.tick()
  }

  /** Starts a new period, without the counts of the transport before it. */
  startPeriod(transport: TransportName): void {
    const at = Date.now()
    this.tick()
    this.#switches.push({ at, from: this.#period.transport, to: transport })
    const before = this.#report?.counts[transport] ?? noCounts()
    this.#period = { transport, begunAt: at, isSwitch: true, before, deliveries: [] }
    this.tick()
  }

  report(report: MeterReport): void {
    this.#report = report
  }

  delivered(ms: number, transport: TransportName): void {
    const dot = { at: Date.now(), ms, transport }
    this.#dots.push(dot)
    if (transport === this.#period.transport) this.#period.deliveries.push(dot)
  }

  /** Takes a reading. */
  tick(): void {
    const at = Date.now()
    const { transport, begunAt, isSwitch, before, deliveries } = this.#period
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
    this.reading.value = this.#report
      ? { transport, begunAt, isSwitch, counts, connections, requestsPerS, bytesPerS, latency }
      : null
    this.plots.value = { now: at, points: [...this.#points], dots: [...this.#dots], switches: [...this.#switches] }
    if (counts.requests === 0) return
    const cost = { bytesPerMessage: bytesPerMessage(transport, counts), p50: latency?.p50 ?? null }
    const known = this.lastCosts.peek()[transport]
    if (known?.bytesPerMessage !== cost.bytesPerMessage || known.p50 !== cost.p50) {
      this.lastCosts.value = { ...this.lastCosts.peek(), [transport]: cost }
    }
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
