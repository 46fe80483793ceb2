import { CELL_FIGURES } from '../../src/models/report-cells.ts'
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

const each = {
  p50: { unit: 'ms', of: CELL_FIGURES.p50.of, model: 'p50Ms' },
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
    of: CELL_FIGURES.memoryPerClient.of,
  },
  utilisation: {
    unit: '',
    shown: { unit: '%', factor: 100 },
    of: ({ scenario, cpu }) => point(scenario === 'capacity' ? cpu?.utilisation : null),
    model: 'utilisation',
  },
  bytesPerS: {
    unit: 'B',
    shown: { unit: 'kB', factor: 1 / 1000 },
    of: ({ scenario, bytes, ratePerS, clients }) =>
      point(scenario === 'capacity' && bytes ? bytes.perMessage.application.value * ratePerS * clients : null),
    model: 'bytesPerS',
  },
  residentBytes: {
    unit: 'B',
    shown: { unit: 'MB', factor: 1e-6 },
    of: ({ scenario, memory }) => point(scenario === 'capacity' ? memory?.loadedBytes : null),
    model: 'residentBytes',
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
  capacity: ['utilisation', 'bytesPerS', 'residentBytes'],
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

/** The figure of a cell's model in the unit that is shown. */
export const shownModel = ({ shown: { factor } = { unit: '', factor: 1 } }: Metric, model: number): number =>
  model * factor

/** What a cell is called within its scenario: everything after the scenario in its id. */
export const variantOf = ({ id, scenario, subject }: Cell): string =>
  id.startsWith(`${scenario}/`) ? id.slice(scenario.length + 1) : `${subject} (${id})`
