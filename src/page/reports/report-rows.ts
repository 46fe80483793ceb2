import {
  CELL_FIGURES,
  type Estimate,
  type FigureKey,
  type ReportCell,
  type ReportFacts,
} from '../../models/report-cells.ts'
import { isTransport, TRANSPORTS, type TransportName } from '../../transports.ts'

/** The figures of a transport, and the scenario whose cell has them. */
const SCENARIO_OF: Record<FigureKey, string> = {
  p50: 'latency',
  p99: 'latency',
  requestsPerMessage: 'overhead',
  bytesPerMessage: 'overhead',
  wireBytesPerMessage: 'overhead',
  cpuPerDelivery: 'overhead',
  memoryPerClient: 'memory',
}
export const FIGURE_KEYS = Object.keys(SCENARIO_OF) as readonly FigureKey[]

export interface TransportRow {
  transport: TransportName
  figures: Partial<Record<FigureKey, Estimate & { isValid: boolean }>>
}

/** One row for each measured transport, in the order of the table of transports. Empty without such cells. */
export function rowsOf({ cells }: ReportFacts): TransportRow[] {
  const measured = new Set(cells.map(({ subject }) => subject).filter(isTransport))
  return TRANSPORTS.filter((name) => measured.has(name))
    .map((transport) => ({ transport, figures: figuresOf(cells, transport) }))
    .filter(({ figures }) => Object.keys(figures).length > 0)
}

function figuresOf(cells: readonly ReportCell[], transport: TransportName): TransportRow['figures'] {
  return Object.fromEntries(
    FIGURE_KEYS.flatMap((key) => {
      const cell = cells.find(({ id }) => id === `${SCENARIO_OF[key]}/${transport}`)
      const estimate = cell && CELL_FIGURES[key].of(cell)
      return cell && estimate ? [[key, { ...estimate, isValid: cell.validity.valid }]] : []
    }),
  )
}

/** The load of the overhead cells, which costs depend on. */
export function overheadLoad({ cells }: ReportFacts): { clients: number; ratePerS: number } | null {
  const cell = cells.find(({ scenario }) => scenario === 'overhead')
  return cell ? { clients: cell.clients, ratePerS: cell.ratePerS } : null
}
