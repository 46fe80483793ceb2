import { signal } from '@preact/signals'
import { noCounts, type Counts } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import { bytesPerMessage, emptyShare, countsSince, sumOf } from './count-math.ts'
import type { MeterReport, MeterState } from './meter-socket.ts'

/** How far back the plots reach. */
export const PLOT_MS = 60_000
/** A rate is taken over this long, or since the switch, whichever is shorter, but not over less than the second. */
const RATE_MS = { over: 5000, least: 1000 }
/** Deliveries that percentiles are taken of, exactly: the last so many since the switch. */
const MAX_LATENCIES = 2000
/** Dots in the plot: a minute at 100 messages per second. */
const MAX_DOTS = 6000

/** One delivery in the latency plot. */
export interface Dot {
  at: number
  ms: number
  transport: TransportName
}

/** One reading in the small curves. */
export interface Point {
  at: number
  transport: TransportName
  counts: Counts
  requestsPerS: number | null
  /** Both ways. */
  bytesPerS: number | null
  emptyShare: number | null
  bytesPerMessage: number | null
}

export interface Latency {
  p50: number
  p95: number
  /** How often messages came while they did; 0 for one alone. */
  ratePerS: number
  /** Messages that these are taken of. */
  messages: number
}

/** What the meters show of one stretch: from one switch to the next. */
export interface Reading {
  transport: TransportName
  begunAt: number
  /** By a switch; otherwise by joining. */
  isSwitch: boolean
  counts: Counts
  /** null before the server has said anything. */
  connections: number | null
  requestsPerS: number | null
  bytesPerS: number | null
  latency: Latency | null
}

/** What a transport was last seen to cost. */
export interface LastCost {
  bytesPerMessage: number | null
  p50: number | null
}

export interface Plots {
  now: number
  points: readonly Point[]
  dots: readonly Dot[]
  /** When the transports were switched, within reach of the plots. */
  switches: readonly { at: number; from: TransportName; to: TransportName }[]
}

/** The k-th of n ordered values with k = ⌈p n⌉: a value that occurred, never one in between. */
export function percentile(ordered: readonly number[], p: number): number {
  return ordered[Math.max(0, Math.ceil(p * ordered.length) - 1)] ?? 0
}

/** From one switch to the next. */
interface Period {
  transport: TransportName
  begunAt: number
  isSwitch: boolean
  /** What the transport had cost before. */
  before: Counts
  deliveries: Pick<Dot, 'at' | 'ms'>[]
}

/** Makes readings out of the server's reports and the page's own clock. */
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

  /** A new member: the server counts from nothing. */
  joined(transport: TransportName, at: number): void {
    this.#report = null
    this.#period = { transport, begunAt: at, isSwitch: false, before: noCounts(), deliveries: [] }
    this.tick()
  }

  /** Counts go on from here: what this transport has cost before is not counted again. */
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

  /** Reads everything off, now. */
  tick(): void {
    const at = Date.now()
    const { transport, begunAt, isSwitch, before, deliveries } = this.#period
    deliveries.splice(0, deliveries.length - MAX_LATENCIES)
    const latency = latencyOf(deliveries)
    const counts = countsSince(before, this.#report?.counts[transport] ?? before)
    const isConnected = this.socketState.peek() === 'open'
    // Rates stand still with the counts that they are made of.
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
        // What was read in the very moment of the turn belongs to the stretch before.
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
 * Of what comes at random, the median of the gaps is ln 2 of their mean: by it an hour of silence between two conversations
 * does not count as if somebody had spoken seldom.
 */
function rateOf(storedAt: readonly number[]): number {
  const gapsMs = storedAt.slice(1).map((at, index) => at - (storedAt[index] ?? at))
  if (gapsMs.length === 0) return 0
  gapsMs.sort((a, b) => a - b)
  return (Math.LN2 * 1000) / Math.max(1, percentile(gapsMs, 0.5))
}
