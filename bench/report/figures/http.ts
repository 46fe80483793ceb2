import { bars, type Bar } from '../drawing/bars.ts'
import { spelled, type Unit } from '../format.ts'
import { METRICS, METRICS_OF } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { cellTable } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure, type Panel } from './figure.ts'

const drawn = (report: Report): Cell[] => cellsOf(report, 'http').filter((cell) => cell.throughput ?? cell.cpu)

interface Quantity {
  axis: 'requestsPerS' | 'cpuPerRequest'
  unit: Unit
  of: (cell: Cell) => number | undefined
}

const QUANTITIES: readonly Quantity[] = [
  { axis: 'requestsPerS', unit: '/s', of: (cell) => cell.throughput?.requestsPerS },
  { axis: 'cpuPerRequest', unit: 'µs', of: (cell) => METRICS.cpuPerRequest.of(cell)?.value },
]

/** Two panels of bars: requests per second, and the server's cost of one. */
export const http: Figure = {
  id: 'http',
  panels: (report, texts, { half }) =>
    QUANTITIES.flatMap(({ axis, unit, of }): Panel[] => {
      const all = drawn(report).flatMap((cell): Bar[] => {
        const value = of(cell)
        if (value === undefined) return []
        const name = nameOf(cell.subject, texts) + doubt(cell)
        return [{ subject: cell.subject, name, label: spelled(value, unit), parts: [{ value, texture: 'payload' }] }]
      })
      const title = texts.axes[axis]
      const label = `${texts.figures.http.title}: ${title}`
      return all.length > 0 ? [{ ...bars(all, title, half), isHalf: true, title, label }] : []
    }),
  table: (report, texts) => cellTable(drawn(report), METRICS_OF.http, texts),
}
