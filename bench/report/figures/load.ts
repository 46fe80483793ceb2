import type { Curve, Point } from '../drawing/curves.ts'
import { plot } from '../drawing/plot.ts'
import { axisFor, logAxis } from '../drawing/scales.ts'
import { METRICS, METRICS_OF } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { cellTable } from './cell-table.ts'
import { bySubject, cellsOf, nameOf, type Figure } from './figure.ts'

/** The load is whatever the sweep changed: subscribers, or messages per second. */
function loadOf(cells: readonly Cell[]): { pick: (cell: Cell) => number; isClients: boolean } {
  const isClients = new Set(cells.map(({ clients }) => clients)).size > 1
  return { isClients, pick: (cell) => (isClients ? cell.clients : cell.ratePerS) }
}

const drawn = (report: Report): Cell[] => cellsOf(report, 'sweep').filter(({ latencyMs }) => latencyMs)

export const load: Figure = {
  id: 'load',
  panels: (report, texts, { full }) => {
    const cells = drawn(report)
    if (cells.length === 0) return []
    const { pick, isClients } = loadOf(cells)
    const curves = bySubject(cells).flatMap(([subject, own]): Curve[] => {
      const sorted = [...own].sort((a, b) => pick(a) - pick(b))
      const points = (metric: 'p50' | 'p95', isMarked: boolean) =>
        sorted.flatMap((cell): Point[] => {
          const y = METRICS[metric].of(cell)?.value
          return y === undefined ? [] : [{ x: pick(cell), y, isInvalid: isMarked && !cell.validity.valid }]
        })
      const name = nameOf(subject, texts)
      return [
        { subject, points: points('p50', true), label: `${name} p50`, style: 'measured' },
        { subject, points: points('p95', false), label: `${name} p95`, style: 'faint' },
      ]
    })
    const latencies = curves.flatMap(({ points }) => points.map(({ y }) => y))
    const drawing = plot({
      width: full,
      height: 380,
      x: logAxis(isClients ? texts.axes.clients : texts.axes.rate, cells.map(pick)),
      y: axisFor(texts.axes.latency, latencies),
      curves,
      texts,
    })
    return [{ ...drawing, label: texts.figures.load.title }]
  },
  table: (report, texts) => {
    const cells = drawn(report)
    const { head, rows } = cellTable(cells, METRICS_OF.sweep, texts, true)
    const [what = '', ...rest] = head
    return {
      head: [what, texts.table.clients, ...rest],
      rows: rows.map(([name = '', ...fields], i) => [name, String(cells[i]?.clients ?? ''), ...fields]),
    }
  },
  notes: (report, texts) => {
    const counts = new Set(drawn(report).map(({ clients }) => clients))
    const [only] = counts
    return counts.size === 1 && only !== undefined ? [texts.eachReaches(only)] : []
  },
}
