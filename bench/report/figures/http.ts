import { spelled } from '../format.ts'
import { METRICS, METRICS_OF } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { linearAxis } from './axis.ts'
import { bars } from './bars.ts'
import { cellTable } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

const drawn = (report: Report): Cell[] => cellsOf(report, 'http').filter((cell) => cell.throughput ?? cell.cpu)
const costOf = (cell: Cell): number | undefined => METRICS.cpuPerRequest.of(cell)?.value

/** Two panels of bars: how many a second, and what each costs the server. */
export const http: Figure = {
  id: 'http',
  panels: (report, texts, { half }) => {
    const panel = (title: string, unit: '/s' | 'µs', pick: (cell: Cell) => number | undefined) => {
      const cells = drawn(report).flatMap((cell) => {
        const value = pick(cell)
        return value === undefined ? [] : [{ cell, value }]
      })
      if (cells.length === 0) return []
      const { option, height } = bars(
        cells.map(({ cell, value }) => ({
          subject: cell.subject,
          name: nameOf(cell.subject, texts) + doubt(cell),
          label: spelled(value, unit),
          parts: [{ value, texture: 'payload' }],
        })),
        linearAxis(
          title,
          cells.map(({ value }) => value),
          3,
        ),
        half,
      )
      return [{ option, width: half, height, isHalf: true, title, label: `${texts.figures.http.title}: ${title}` }]
    }
    return [
      ...panel(texts.axes.requestsPerS, '/s', (cell) => cell.throughput?.requestsPerS),
      ...panel(texts.axes.cpuPerRequest, 'µs', costOf),
    ]
  },
  table: (report, texts) => cellTable(drawn(report), METRICS_OF.http, texts),
}
