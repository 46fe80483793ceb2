import type { Cell, Report } from './schema.ts'

/** Percentiles that tables show. */
const KEPT = [0, 50, 90, 95, 99, 99.9, 100]

/** A report without the curves of its figures: every number of its tables stays, in a tenth of the bytes. */
export function compactReport(report: Report): Report {
  return { ...report, cells: report.cells.map(compactCell) }
}

function compactCell(cell: Cell): Cell {
  const compact = { ...cell }
  delete compact.modelEcdf
  delete compact.raw
  const { latencyMs } = cell
  if (!latencyMs) return compact
  const percentiles = latencyMs.percentiles.filter(([at]) => KEPT.includes(at))
  return { ...compact, latencyMs: { ...latencyMs, percentiles, ecdf: [], histogram: '' } }
}
