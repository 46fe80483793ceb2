import type { Unit } from './format.ts'
import type { Cell, Estimate, Scenario } from './schema.ts'

/** One figure of a cell: its source and its format. */
export interface Metric {
  key: MetricKey
  /** The unit of the schema, for CSV and the comparison. */
  unit: Unit
  /** The unit for people, if it differs: 21,504 B are 21.5 kB. */
  shown?: { unit: Unit; factor: number }
  of: (cell: Cell) => Estimate | undefined
  /** Its name in `cell.model`. */
  model?: string
}

const point = (value: number | null | undefined): Estimate | undefined =>
  value === null || value === undefined ? undefined : { value }

const percentile = (cell: Cell, wanted: number): Estimate | undefined =>
  point(cell.latencyMs?.percentiles.find(([at]) => at === wanted)?.[1])

function median({ latencyMs }: Cell): Estimate | undefined {
  if (!latencyMs) return undefined
  const { p50, medianInterval } = latencyMs
  return medianInterval ? { value: p50, low: medianInterval[0], high: medianInterval[1] } : { value: p50 }
}

/** Without growth there is no figure: the memory does not depend on the clients. */
function memoryPerClient({ memory }: Cell): Estimate | undefined {
  if (!memory || memory.perClientBytes <= 0) return undefined
  const [low, high] = memory.interval ?? []
  return { value: memory.perClientBytes, ...(low === undefined || high === undefined ? {} : { low, high }) }
}

const each = {
  p50: { unit: 'ms', of: median, model: 'p50Ms' },
  p90: { unit: 'ms', of: (cell) => point(cell.latencyMs?.p90), model: 'p90Ms' },
  p95: { unit: 'ms', of: (cell) => percentile(cell, 95), model: 'p95Ms' },
  p99: { unit: 'ms', of: (cell) => point(cell.latencyMs?.p99), model: 'p99Ms' },
  p999: { unit: 'ms', of: (cell) => point(cell.latencyMs?.p999), model: 'p999Ms' },
  max: { unit: 'ms', of: (cell) => point(cell.latencyMs?.max), model: 'maxMs' },
  mean: { unit: 'ms', of: (cell) => point(cell.latencyMs?.mean), model: 'meanMs' },
  requestsPerMessage: { unit: '', of: (cell) => cell.requestsPerMessage, model: 'requestsPerMessage' },
  bytesPerMessage: { unit: 'B', of: (cell) => cell.bytes?.perMessage.application, model: 'bytesPerMessage' },
  wireBytesPerMessage: {
    unit: 'B',
    of: (cell) => cell.bytes?.perMessage.wire ?? undefined,
    model: 'wireBytesPerMessage',
  },
  cpuPerDelivery: { unit: 'µs', of: (cell) => cell.cpu?.perDeliveryUs ?? undefined, model: 'cpuPerDeliveryUs' },
  cpuPerRequest: { unit: 'µs', of: (cell) => cell.cpu?.perRequestUs ?? undefined, model: 'cpuPerRequestUs' },
  bytesPerRequest: { unit: 'B', of: (cell) => cell.perRequest?.bytes },
  headersPerRequest: {
    unit: 'B',
    of: ({ perRequest }) => point(perRequest && perRequest.up.headers + perRequest.down.headers),
  },
  requestsPerS: { unit: '/s', of: (cell) => point(cell.throughput?.requestsPerS) },
  requestP50: { unit: 'ms', of: (cell) => point(cell.throughput?.latencyMsP50) },
  requestP99: { unit: 'ms', of: (cell) => point(cell.throughput?.latencyMsP99) },
  memoryPerClient: {
    unit: 'B',
    shown: { unit: 'kB', factor: 1 / 1000 },
    of: memoryPerClient,
  },
} as const satisfies Record<string, Omit<Metric, 'key'>>

export type MetricKey = keyof typeof each

export const METRICS = Object.fromEntries(
  Object.entries(each).map(([key, metric]) => [key, { ...metric, key }]),
) as Record<MetricKey, Metric>

/** What a scenario was run for. The rest of what its cells hold is in report.csv and report.json. */
export const METRICS_OF: Record<Scenario, readonly MetricKey[]> = {
  latency: ['p50', 'p95', 'p99', 'max'],
  overhead: ['requestsPerMessage', 'bytesPerMessage', 'wireBytesPerMessage', 'cpuPerDelivery'],
  rates: ['requestsPerMessage', 'bytesPerMessage', 'wireBytesPerMessage', 'cpuPerDelivery'],
  rtt: ['p50', 'p99', 'max'],
  http: ['requestsPerS', 'requestP50', 'requestP99', 'cpuPerRequest'],
  sweep: ['p50', 'p95', 'p99'],
  memory: ['memoryPerClient'],
  http2: ['bytesPerRequest', 'headersPerRequest', 'cpuPerRequest', 'requestsPerS', 'requestP50'],
  deflate: ['bytesPerMessage', 'wireBytesPerMessage', 'cpuPerDelivery', 'memoryPerClient'],
}

/** What people read: in the unit that is shown. */
export function shown(metric: Metric, estimate: Estimate): Estimate & { unit: Unit } {
  const { unit, factor } = metric.shown ?? { unit: metric.unit, factor: 1 }
  const { value, low, high } = estimate
  return {
    value: value * factor,
    ...(low === undefined ? {} : { low: low * factor }),
    ...(high === undefined ? {} : { high: high * factor }),
    unit,
  }
}

/** What a cell is called within its scenario: everything after the scenario in its id. */
export const variantOf = ({ id, scenario, subject }: Cell): string =>
  id.startsWith(`${scenario}/`) ? id.slice(scenario.length + 1) : `${subject} (${id})`
