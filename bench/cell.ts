import type { Seen } from './load/tally.ts'
import { latencyOf } from './latency.ts'
import type { ByteSplit, Cell, Estimate } from './report/schema.ts'
import type { Window } from './rig.ts'
import { meanInterval, quantile } from './statistics.ts'
import { reasonsAgainst } from './validity.ts'

/** What is known of a cell before it is measured. */
export type CellFrame = Pick<Cell, 'id' | 'scenario' | 'subject' | 'client' | 'clients' | 'payloadBytes'> &
  Partial<Pick<Cell, 'intervalMs' | 'holdMs' | 'rttMs' | 'model' | 'connect'>>

export interface CellOptions {
  /** Only this cell's subscribers were there: the server's CPU time and what crossed the wire are its own. */
  isAlone: boolean
  /** What crosses the wire for one message without any subscriber: the publisher's part. */
  publisherWireBytes?: number
  attempts?: number
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const total = (all: readonly Seen[], pick: (seen: Seen) => number): number => sum(all.map(pick))

/** One group's cell from one or more windows: blocks of the same measurement. */
export function cellOf(frame: CellFrame, group: string, windows: readonly Window[], options: CellOptions): Cell {
  const seen = windows.flatMap((window) => window.groups[group] ?? [])
  const each = subscribersOf(windows, group)
  const published = sum(windows.map((window) => window.published.count))
  const durationS = sum(windows.map((window) => window.durationS))
  const counts = {
    published,
    expected: sum(windows.map((window) => window.published.count * (window.groups[group]?.length ?? 0))),
    delivered: total(seen, (one) => one.indices.length),
    twice: total(seen, (one) => one.twice),
    outOfOrder: total(seen, (one) => one.outOfOrder),
    requests: total(seen, (one) => one.requests),
    empty: total(seen, (one) => one.empty),
    frames: total(seen, (one) => one.frames),
    connections: total(seen, (one) => one.connections),
  }
  const lags = windows.flatMap((window) => window.published.lagsMs)
  const due = total(seen, (one) => one.due)
  const generator = {
    utilisation: Math.max(
      ...windows.map((window) => window.subscriberCpuUs / 1e6 / window.durationS),
      ...windows.map((window) => window.published.cpuUs / 1e6 / window.durationS),
    ),
    publisherLagP99Ms: lags.length > 0 ? quantile(lags, 0.99) : null,
    scheduledShare: due > 0 ? Math.min(1, counts.requests / due) : null,
  }
  const reasons = reasonsAgainst({
    counts,
    generator,
    foreignCores: Math.max(...windows.map((window) => window.foreignCores)),
    stealShare: Math.max(...windows.map((window) => window.stealShare)),
  })
  const latencies = seen.flatMap((one) => one.latenciesMs)
  return {
    ...frame,
    loop: 'open',
    durationS,
    ratePerS: published / durationS,
    counts,
    ...(latencies.length > 0 ? { latencyMs: latencyOf(latencies, 'intended') } : {}),
    ...(frame.client !== 'project' && counts.delivered > 0
      ? { bytes: bytesOf(seen, each, windows, counts.delivered, options) }
      : {}),
    ...(counts.delivered > 0 ? { requestsPerMessage: perMessage(each, (one) => one.requests) } : {}),
    ...(options.isAlone ? { cpu: cpuOf(windows, group, durationS) } : {}),
    generator,
    validity: { valid: reasons.length === 0, attempts: options.attempts ?? 1, reasons },
  }
}

/** What one subscriber costs, on average, until it follows the room. */
export function connectOf(connected: readonly Seen[]): NonNullable<Cell['connect']> {
  const each = (pick: (seen: Seen) => number) => total(connected, pick) / Math.max(1, connected.length)
  return {
    requests: each((one) => one.requests),
    connections: each((one) => one.connections),
    bytes: each((one) => one.headersUp + one.headersDown + one.bodyUp + one.bodyDown + one.handshake),
  }
}

function bytesOf(
  seen: readonly Seen[],
  each: readonly Subscriber[],
  windows: readonly Window[],
  delivered: number,
  { isAlone, publisherWireBytes = 0 }: CellOptions,
): NonNullable<Cell['bytes']> {
  // In compressed frames text and JSON cannot be told apart: there text is as large a part of them as it was before.
  const payload = total(seen, (one) => one.payload * (one.inflated > 0 ? Math.min(1, one.bodyDown / one.inflated) : 1))
  const up: ByteSplit = {
    headers: total(seen, (one) => one.headersUp),
    framing: total(seen, (one) => one.bodyUp),
    payload: 0,
  }
  const down: ByteSplit = {
    headers: total(seen, (one) => one.headersDown),
    framing: total(seen, (one) => one.bodyDown) - payload,
    payload,
  }
  const wires = windows.flatMap(({ wire, published }) =>
    wire && isAlone ? [{ bytes: wire.bytes - published.count * publisherWireBytes, segments: wire.segments }] : [],
  )
  const isWhole = wires.length === windows.length && wires.length > 0
  const wire = isWhole ? sum(wires.map((one) => one.bytes)) : null
  return {
    up,
    down,
    handshake: total(seen, (one) => one.handshake),
    wire,
    segments: isWhole ? sum(wires.map((one) => one.segments)) : null,
    perMessage: {
      application: perMessage(each, (one) => one.headersUp + one.headersDown + one.bodyUp + one.bodyDown),
      wire: wire === null ? null : withEdges({ value: wire / delivered }, each),
    },
  }
}

/** What one subscriber saw, window by window. */
type Subscriber = readonly Seen[]

/** Those who had the same place in each window. */
function subscribersOf(windows: readonly Window[], group: string): Subscriber[] {
  const all = windows.map((window) => window.groups[group] ?? [])
  const most = Math.max(0, ...all.map(({ length }) => length))
  return Array.from({ length: most }, (_, place) => all.flatMap((seen) => seen[place] ?? []))
}

const heardBy = (subscriber: Subscriber): number => total(subscriber, (one) => one.indices.length)

/** Per message, over subscribers: all windows of each put together, lest one of few messages weighs as much as one of many. */
function perMessage(each: readonly Subscriber[], pick: (seen: Seen) => number): Estimate {
  const heard = each.filter((one) => heardBy(one) > 0)
  return withEdges(estimateOf(heard.map((one) => total(one, pick) / heardBy(one))), heard)
}

/**
 * Subscribers share the arrivals, so where they all agree that is not certainty: at each of a window's two ends a message is
 * in or out, or alone or with the next one, by a moment. The interval is at least that wide.
 */
function withEdges({ value, low = value, high = value, ...rest }: Estimate, each: readonly Subscriber[]): Estimate {
  const edges = Math.max(0, ...each.map((one) => (2 * value * one.length) / Math.max(1, heardBy(one))))
  return { value, ...rest, low: Math.min(low, value - edges), high: Math.max(high, value + edges) }
}

function cpuOf(windows: readonly Window[], group: string, durationS: number): NonNullable<Cell['cpu']> {
  const per = (pick: (seen: Seen) => number) => {
    const each = windows.flatMap((window) => {
      const pieces = total(window.groups[group] ?? [], pick)
      return pieces > 0 ? [window.serverCpuUs / pieces] : []
    })
    return each.length > 0 ? estimateOf(each) : null
  }
  const serverMs = sum(windows.map((window) => window.serverCpuUs)) / 1000
  return {
    serverMs,
    perDeliveryUs: per((one) => one.indices.length),
    perRequestUs: per((one) => one.requests),
    utilisation: serverMs / 1000 / durationS,
  }
}

/** The mean and, of two or more, its 95 % interval. */
export function estimateOf(values: readonly number[]): Estimate {
  if (values.length < 2) return { value: values[0] ?? 0, replicates: values.length }
  return meanInterval(values)
}
