import type { Mark, SubscriberCounts } from '../load/delivery-record.ts'
import { latencyOf } from '../analysis/latency.ts'
import type { ByteSplit, Cell, Estimate } from '../report/schema.ts'
import type { Block, MeasuredWindow } from './rig.ts'
import { pairedRatio, quantile } from '../analysis/statistics.ts'
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

/** Fewer leave no interval. */
const ENOUGH_BLOCKS = 4

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const total = (all: readonly SubscriberCounts[], pick: (counts: SubscriberCounts) => number): number =>
  sum(all.map(pick))

/** One group's cell from one or more windows: blocks of the same measurement. */
export function cellOf(
  frame: CellFrame,
  group: string,
  windows: readonly MeasuredWindow[],
  options: CellOptions,
): Cell {
  const seen = windows.flatMap((window) => window.groups[group] ?? [])
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
  const requestsPerMessage = frame.client === 'project' ? null : perMessage(windows, group, (_, mark) => mark.requests)
  const latencies = seen.flatMap((one) => one.latenciesMs)
  return {
    ...frame,
    loop: 'open',
    durationS,
    ratePerS: rateOf(windows, group),
    counts,
    ...(latencies.length > 0 ? { latencyMs: latencyOf(latencies, 'intended') } : {}),
    ...(frame.client !== 'project' && counts.delivered > 0 ? bytesOf(seen, windows, group, options) : {}),
    ...(requestsPerMessage ? { requestsPerMessage } : {}),
    ...(options.isAlone ? { cpu: cpuOf(windows, group) } : {}),
    generator,
    validity: { valid: reasons.length === 0, attempts: options.attempts ?? 1, reasons },
  }
}

/** What one subscriber costs, on average, until it follows the room. */
export function connectOf(connected: readonly SubscriberCounts[]): NonNullable<Cell['connect']> {
  const each = (pick: (counts: SubscriberCounts) => number) => total(connected, pick) / Math.max(1, connected.length)
  return {
    requests: each((one) => one.requests),
    connections: each((one) => one.connections),
    bytes: each((one) => one.headersUp + one.headersDown + one.bodyUp + one.bodyDown + one.handshake),
  }
}

/** Messages per second at one subscriber while blocks were counted; as they were published where there are none. */
function rateOf(windows: readonly MeasuredWindow[], group: string): number {
  const blocks = windows.flatMap((window) => window.blocks)
  const clients = Math.max(1, ...windows.map(({ groups }) => groups[group]?.length ?? 0))
  if (blocks.length > 0) {
    const delivered = sum(blocks.map(({ groups }) => groups[group]?.delivered ?? 0))
    return delivered / clients / sum(blocks.map(({ durationS }) => durationS))
  }
  return sum(windows.map((one) => one.published.count)) / (sum(windows.map((one) => one.published.durationMs)) / 1000)
}

function bytesOf(
  seen: readonly SubscriberCounts[],
  windows: readonly MeasuredWindow[],
  group: string,
  { isAlone, publisherWireBytes = 0 }: CellOptions,
): Pick<Cell, 'bytes'> {
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
  const application = perMessage(windows, group, (_, mark) => mark.bytes)
  if (!application) return {}
  const clients = Math.max(1, ...windows.map(({ groups }) => groups[group]?.length ?? 0))
  const wirePart = ({ wireBytes }: Block, { delivered }: Mark) =>
    wireBytes === null ? null : wireBytes - (delivered / clients) * publisherWireBytes
  return {
    bytes: {
      up,
      down,
      handshake: total(seen, (one) => one.handshake),
      wire: isWhole ? sum(wires.map((one) => one.bytes)) : null,
      segments: isWhole ? sum(wires.map((one) => one.segments)) : null,
      perMessage: { application, wire: isAlone ? perMessage(windows, group, wirePart) : null },
    },
  }
}

type Spent = (block: Block, mark: Mark) => number | null

/** Per message, from the blocks of all windows; null where one of them does not know. */
function perMessage(windows: readonly MeasuredWindow[], group: string, spent: Spent): Estimate | null {
  return ratio(windows, group, spent, ({ delivered }) => delivered)
}

function ratio(
  windows: readonly MeasuredWindow[],
  group: string,
  spent: Spent,
  brought: (mark: Mark) => number,
): Estimate | null {
  const pairs = windows
    .flatMap((window) => blocksOf(window, group))
    .flatMap((block): [number, number][] => {
      const mark = block.groups[group]
      return mark ? [[spent(block, mark) ?? Number.NaN, brought(mark)]] : []
    })
  const [all, things] = [sum(pairs.map(([x]) => x)), sum(pairs.map(([, y]) => y))]
  if (!(things > 0) || Number.isNaN(all)) return null
  return pairs.length < ENOUGH_BLOCKS ? { value: all / things, replicates: pairs.length } : pairedRatio(pairs)
}

/** A window without marks is one block, with the wait behind its messages. */
function blocksOf({ blocks, groups, durationS, serverCpuUs, wire }: MeasuredWindow, group: string): readonly Block[] {
  if (blocks.length > 0) return blocks
  const seen = groups[group] ?? []
  const mark: Mark = {
    delivered: total(seen, (one) => one.indices.length),
    requests: total(seen, (one) => one.requests),
    bytes: total(seen, (one) => one.headersUp + one.headersDown + one.bodyUp + one.bodyDown),
  }
  return [{ durationS, serverCpuUs, wireBytes: wire?.bytes ?? null, groups: { [group]: mark } }]
}

function cpuOf(windows: readonly MeasuredWindow[], group: string): NonNullable<Cell['cpu']> {
  const spent = ({ serverCpuUs }: Block) => serverCpuUs
  const blocks = windows.flatMap((window) => blocksOf(window, group))
  return {
    serverMs: sum(windows.map(({ serverCpuUs }) => serverCpuUs)) / 1000,
    perDeliveryUs: perMessage(windows, group, spent),
    perRequestUs: ratio(windows, group, spent, ({ requests }) => requests),
    utilisation: sum(blocks.map(({ serverCpuUs }) => serverCpuUs)) / 1e6 / sum(blocks.map((one) => one.durationS)),
  }
}
