import { METRICS, type Metric } from './metrics.ts'
import type { Cell, Estimate, Report } from './schema.ts'

const COLUMNS = [
  'cell', 'scenario', 'subject', 'client', 'clients', 'rate_per_s', 'rtt_ms',
  'metric', 'value', 'unit', 'low', 'high', 'valid', 'reasons',
] as const // prettier-ignore

interface Row extends Estimate {
  metric: string
  unit: string
}

/** Long form, RFC 4180: one row for each figure of each cell; figures of the model are named `model.…`. Lines end with CR LF. */
export function renderCsv(report: Report): string {
  const lines = report.cells.flatMap(
    (cell) =>
    rowsOf(cell).map(({ metric, value, unit, low, high }) => [
      cell.id, cell.scenario, cell.subject, cell.client, cell.clients, cell.ratePerS, cell.rttMs,
      metric, value, unit, low, high, cell.validity.valid, cell.validity.reasons.join('; '),
    ]), // prettier-ignore
  )
  return [COLUMNS, ...lines].map((line) => `${line.map(quoted).join(',')}\r\n`).join('')
}

function rowsOf(cell: Cell): Row[] {
  return [
    ...Object.values(METRICS).flatMap((metric: Metric) => {
      const estimate = metric.of(cell)
      return estimate ? [{ metric: metric.key, unit: metric.unit || '1', ...estimate }] : []
    }),
    ...Object.entries(plainFigures(cell)).flatMap(([metric, [value, unit]]) =>
      value === null || value === undefined ? [] : [{ metric, value, unit }],
    ),
    ...Object.entries(cell.model ?? {}).map(([name, value]) => ({
      metric: `model.${name}`,
      value,
      unit: unitOf(name),
    })),
  ]
}

/** Figures without an interval that no table shows. */
function plainFigures({ durationS, counts, latencyMs, bytes, cpu, connect, memory, generator }: Cell) {
  const figures: Record<string, [number | null | undefined, string]> = {
    durationS: [durationS, 's'],
    'latency.n': [latencyMs?.n, '1'],
    'bytes.handshake': [bytes?.handshake, 'B'],
    'bytes.wire': [bytes?.wire, 'B'],
    'bytes.segments': [bytes?.segments, '1'],
    'cpu.server': [cpu?.serverMs, 'ms'],
    'cpu.utilisation': [cpu?.utilisation, '1'],
    'connect.requests': [connect?.requests, '1'],
    'connect.connections': [connect?.connections, '1'],
    'connect.bytes': [connect?.bytes, 'B'],
    'memory.idle': [memory?.idleBytes, 'B'],
    'memory.loaded': [memory?.loadedBytes, 'B'],
    'generator.utilisation': [generator.utilisation, '1'],
    'generator.publisherLagP99': [generator.publisherLagP99Ms, 'ms'],
    'generator.scheduledShare': [generator.scheduledShare, '1'],
  }
  for (const [name, count] of Object.entries(counts)) figures[`counts.${name}`] = [count, '1']
  for (const way of ['up', 'down'] as const) {
    for (const [part, size] of Object.entries(bytes?.[way] ?? {})) figures[`bytes.${way}.${part}`] = [size, 'B']
  }
  return figures
}

/** The unit at the end of the name of a model's figure. */
const unitOf = (name: string): string =>
  name.endsWith('Ms') ? 'ms' : name.endsWith('Us') ? 'µs' : /bytes/i.test(name) ? 'B' : '1'

function quoted(value: string | number | boolean | undefined): string {
  const text = value === undefined ? '' : String(value)
  // A spreadsheet would interpret such a text as a formula.
  const tame = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}
