import type { Mark, SubscriberCounts } from '../load/delivery-record.ts'
import { latencyOf } from '../analysis/latency.ts'
import type { ByteSplit, Cell, Estimate } from '../report/schema.ts'
import type { Block, MeasuredWindow } from './rig.ts'
import { pairedRatio, quantile } from '../analysis/statistics.ts'
import { reasonsAgainst } from './validity.ts'

/** The fields of a cell that are known before the measurement. */
export type CellFrame = Pick<Cell, 'id' | 'scenario' | 'subject' | 'client' | 'clients' | 'payloadBytes'> &
  Partial<Pick<Cell, 'intervalMs' | 'holdMs' | 'rttMs' | 'model' | 'connect'>>

export interface CellOptions {
  /** No other subscribers were connected: the server's CPU time and the wire bytes belong to this cell. */
  isAlone: boolean
  /** The publisher's part: wire bytes of one message without subscribers. */
  publisherWireBytes?: number
  attempts?: number
}

/** With fewer blocks no interval is computed. */
const MIN_BLOCKS = 4

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const total = (all: readonly SubscriberCounts[], pick: (counts: SubscriberCounts) => number): number =>
  sum(all.map(pick))

/** The cell of one group, from one or more windows of the same measurement. */
export function cellOf(
  frame: CellFrame,
  group: string,
  windows: readonly MeasuredWindow[],
  options: CellOptions,
): Cell {
  const subscribers = windows.flatMap((window) => window.groups[group] ?? [])
  const published = sum(windows.map((window) => window.published.count))
  const durationS = sum(windows.map((window) => window.durationS))
  const counts = {
    published,
    expected: sum(windows.map((window) => window.published.count * (window.groups[group]?.length ?? 0))),
    delivered: total(subscribers, (one) => one.indices.length),
    twice: total(subscribers, (one) => one.twice),
    outOfOrder: total(subscribers, (one) => one.outOfOrder),
    requests: total(subscribers, (one) => one.requests),
    empty: total(subscribers, (one) => one.empty),
    frames: total(subscribers, (one) => one.frames),
    connections: total(subscribers, (one) => one.connections),
  }
  const lags = windows.flatMap((window) => window.published.lagsMs)
  const due = total(subscribers, (one) => one.due)
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
  const latencies = subscribers.flatMap((one) => one.latenciesMs)
  return {
    ...frame,
    loop: 'open',
    durationS,
    ratePerS: rateOf(windows, group),
    counts,
    ...(latencies.length > 0 ? { latencyMs: latencyOf(latencies, 'intended') } : {}),
    ...(frame.client !== 'project' && counts.delivered > 0 ? bytesOf(subscribers, windows, group, options) : {}),
    ...(requestsPerMessage ? { requestsPerMessage } : {}),
    ...(options.isAlone ? { cpu: cpuOf(windows, group) } : {}),
    generator,
    validity: { valid: reasons.length === 0, attempts: options.attempts ?? 1, reasons },
  }
}

/** The average cost of one subscriber until it follows the room. */
export function connectOf(connected: readonly SubscriberCounts[]): NonNullable<Cell['connect']> {
  const each = (pick: (counts: SubscriberCounts) => number) => total(connected, pick) / Math.max(1, connected.length)
  return {
    requests: each((one) => one.requests),
    connections: each((one) => one.connections),
    bytes: each((one) => one.headersUp + one.headersDown + one.bodyUp + one.bodyDown + one.handshake),
  }
}

/** Messages per second at one subscriber during the blocks; without blocks, messages published per second. */
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
  subscribers: readonly SubscriberCounts[],
  windows: readonly MeasuredWindow[],
  group: string,
  { isAlone, publisherWireBytes = 0 }: CellOptions,
): Pick<Cell, 'bytes'> {
  // In compressed frames the parts are not separable: each is assumed to keep its share, as in the meters of the server.
  const transferred = (part: 'json' | 'payload') =>
    total(subscribers, (one) => one[part] * (one.inflated > 0 ? Math.min(1, one.bodyDown / one.inflated) : 1))
  const [json, payload] = [transferred('json'), transferred('payload')]
  const up: ByteSplit = {
    headers: total(subscribers, (one) => one.headersUp),
    framing: total(subscribers, (one) => one.bodyUp),
    envelope: 0,
    payload: 0,
  }
  const down: ByteSplit = {
    headers: total(subscribers, (one) => one.headersDown),
    framing: total(subscribers, (one) => one.bodyDown) - json,
    envelope: json - payload,
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
      handshake: total(subscribers, (one) => one.handshake),
      wire: isWhole ? sum(wires.map((one) => one.bytes)) : null,
      segments: isWhole ? sum(wires.map((one) => one.segments)) : null,
      perMessage: { application, wire: isAlone ? perMessage(windows, group, wirePart) : null },
    },
  }
}

type Cost = (block: Block, mark: Mark) => number | null

/** Cost per message, from the blocks of all windows; null if the cost of any block is unknown. */
function perMessage(windows: readonly MeasuredWindow[], group: string, cost: Cost): Estimate | null {
  return ratio(windows, group, cost, ({ delivered }) => delivered)
}

function ratio(
  windows: readonly MeasuredWindow[],
  group: string,
  cost: Cost,
  gain: (mark: Mark) => number,
): Estimate | null {
  const pairs = windows
    .flatMap((window) => blocksOf(window, group))
    .flatMap((block): [number, number][] => {
      const mark = block.groups[group]
      return mark ? [[cost(block, mark) ?? Number.NaN, gain(mark)]] : []
    })
  const [totalCost, totalGain] = [sum(pairs.map(([x]) => x)), sum(pairs.map(([, y]) => y))]
  if (!(totalGain > 0) || Number.isNaN(totalCost)) return null
  return pairs.length < MIN_BLOCKS ? { value: totalCost / totalGain, replicates: pairs.length } : pairedRatio(pairs)
}

/** A window without marks is one block, which includes the wait after its messages. */
function blocksOf({ blocks, groups, durationS, serverCpuUs, wire }: MeasuredWindow, group: string): readonly Block[] {
  if (blocks.length > 0) return blocks
  const subscribers = groups[group] ?? []
  const mark: Mark = {
    delivered: total(subscribers, (one) => one.indices.length),
    requests: total(subscribers, (one) => one.requests),
    bytes: total(subscribers, (one) => one.headersUp + one.headersDown + one.bodyUp + one.bodyDown),
  }
  return [{ durationS, serverCpuUs, wireBytes: wire?.bytes ?? null, groups: { [group]: mark } }]
}

function cpuOf(windows: readonly MeasuredWindow[], group: string): NonNullable<Cell['cpu']> {
  const cost = ({ serverCpuUs }: Block) => serverCpuUs
  const blocks = windows.flatMap((window) => blocksOf(window, group))
  return {
    serverMs: sum(windows.map(({ serverCpuUs }) => serverCpuUs)) / 1000,
    perDeliveryUs: perMessage(windows, group, cost),
    perRequestUs: ratio(windows, group, cost, ({ requests }) => requests),
    utilisation: sum(blocks.map(({ serverCpuUs }) => serverCpuUs)) / 1e6 / sum(blocks.map((one) => one.durationS)),
  }
}
