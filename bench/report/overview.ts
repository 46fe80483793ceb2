import { BYTE_PARTS } from '../../src/meter.ts'
import { spellEstimate } from './figures/cell-table.ts'
import { doubt, nameOf, type Table } from './figures/figure.ts'
import { partsOf } from './figures/stack.ts'
import { figure } from './format.ts'
import { METRICS, shown, type MetricKey } from './metrics.ts'
import type { Cell, Report, Scenario } from './schema.ts'
import type { Texts } from './texts/en.ts'

const SCENARIOS = ['latency', 'overhead', 'memory'] as const satisfies readonly Scenario[]

export interface Overview {
  title: string
  table: Table
}

type Cells = Partial<Record<(typeof SCENARIOS)[number], Cell>>

interface Row {
  name: string
  cells: Cells
  /** Median of the paired differences to WebSocket's latency. */
  against: string
}

/** One row for each transport with its main results. Empty with fewer than two transports. */
export function overviewOf(report: Report, texts: Texts): Overview[] {
  const rows = rowsOf(report, texts)
  if (rows.length < 2) return []
  const { overview, table, textures } = texts
  const { heads: columns } = overview
  const tables: Overview[] = [
    {
      title: overview.late,
      table: {
        head: [table.what, 'p50', 'p99', columns.against, columns.cpu, columns.memory],
        rows: rows.map(({ name, cells, against }) => [
          name,
          spell(cells.latency, 'p50'),
          spell(cells.latency, 'p99'),
          against,
          spell(cells.overhead, 'cpuPerDelivery'),
          spell(cells.memory, 'memoryPerClient'),
        ]),
      },
    },
    {
      title: overview.message,
      table: {
        head: [
          table.what,
          columns.requests,
          textures.headers,
          textures.framing,
          textures.envelope,
          textures.payload,
          table.total,
          columns.wire,
        ],
        rows: rows.map(({ name, cells: { overhead } }) => {
          const parts = overhead && partsOf(overhead)
          return [
            name,
            spell(overhead, 'requestsPerMessage'),
            ...BYTE_PARTS.map((part) => (parts ? figure(parts[part]) : NOTHING)),
            spell(overhead, 'bytesPerMessage'),
            spell(overhead, 'wireBytesPerMessage'),
          ]
        }),
      },
    },
    {
      title: overview.connect,
      table: {
        head: [table.what, columns.requests, columns.connections, columns.bytes],
        rows: rows.map(({ name, cells: { overhead } }) => {
          const connect = overhead?.connect
          if (!connect) return [name, NOTHING, NOTHING, NOTHING]
          return [name, figure(connect.requests), figure(connect.connections), figure(connect.bytes)]
        }),
      },
    },
  ]
  return tables.filter(({ table: { rows: all } }) =>
    all.some(([, ...fields]) => fields.some((field) => field !== NOTHING)),
  )
}

const NOTHING = '–'

function rowsOf({ cells, comparisons }: Report, texts: Texts): Row[] {
  const isPlain = ({ id, scenario, subject }: Cell) => id === `${scenario}/${subject}` && subject !== 'websocket-again'
  const own = cells.filter((cell) => SCENARIOS.some((scenario) => scenario === cell.scenario) && isPlain(cell))
  return [...new Set(own.map(({ subject }) => subject))].map((subject) => {
    const found: Cells = Object.fromEntries(
      own.filter((cell) => cell.subject === subject).map((cell) => [cell.scenario, cell]),
    )
    const pair = comparisons.find(({ a, b }) => a === subject && b === 'websocket')
    const doubts = Object.values(found).map(doubt)
    return {
      name: nameOf(subject, texts) + (doubts.find((one) => one !== '') ?? ''),
      cells: found,
      against: pair ? spellEstimate(pair.medianDifference, texts.table.to) : NOTHING,
    }
  })
}

function spell(cell: Cell | undefined, key: MetricKey): string {
  const estimate = cell && METRICS[key].of(cell)
  return estimate ? figure(shown(METRICS[key], estimate).value) : NOTHING
}
