import type { Curve, Point } from '../drawing/curves.ts'
import { plot } from '../drawing/plot.ts'
import { linearAxis } from '../drawing/scales.ts'
import { transportsThat } from '../../../src/transports.ts'
import { figure } from '../format.ts'
import type { Cell, Report } from '../schema.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

const POLLS: readonly string[] = transportsThat(({ mode }) => mode !== 'streaming')
const QUARTERS = [0.25, 0.5, 0.75, 0.9, 0.99]

const drawn = (report: Report): Cell[] =>
  cellsOf(report, 'latency').filter(
    ({ subject, latencyMs }) => POLLS.includes(subject) && (latencyMs?.ecdf.length ?? 0) > 1,
  )

/** The time at which a share had arrived. Between two points of a curve it is on the line that joins them. */
function timeAt(curve: readonly [number, number][], share: number): number | undefined {
  const index = curve.findIndex(([, reached]) => reached >= share - 1e-9)
  const [after, before] = [curve[index], curve[index - 1]]
  if (!after || !before || after[1] === before[1]) return after?.[0]
  return before[0] + ((share - before[1]) / (after[1] - before[1])) * (after[0] - before[0])
}

/** The points up to `end`; what lies beyond is not drawn. */
const until = (end: number, curve: readonly [number, number][]): Point[] =>
  curve.flatMap(([x, y]) => (x <= end ? [{ x, y }] : []))

/** Measured and predicted, one over the other. With the slowest in a hundred the rest would be a line at the left. */
export const ecdf: Figure = {
  id: 'ecdf',
  panels: (report, texts, { half }) =>
    drawn(report).map(({ subject, latencyMs, modelEcdf = [], ...cell }) => {
      const measured = latencyMs?.ecdf ?? []
      const end = Math.max(timeAt(measured, 0.99) ?? 0, timeAt(modelEcdf, 0.995) ?? 0) * 1.08
      const curves: Curve[] = [
        { subject, points: until(end, measured), style: 'steps', label: texts.measured },
        { subject, points: until(end, modelEcdf), style: 'model', label: texts.table.model },
      ]
      const title = nameOf(subject, texts) + doubt({ subject, ...cell })
      const drawing = plot({
        width: half,
        height: 290,
        x: { ...linearAxis(texts.axes.arrivedAfter, [end], 4), max: end },
        y: { ...linearAxis(texts.axes.arrived, [1], 4), spell: (share) => `${Math.round(share * 100)} %` },
        curves: curves.filter(({ points }) => points.length > 1),
        texts,
      })
      return { ...drawing, isHalf: true, title, label: `${texts.figures.ecdf.title}: ${title}` }
    }),
  table: (report, texts) => ({
    head: [texts.table.what, ...QUARTERS.map((share) => texts.arrivedBy(share * 100))],
    rows: drawn(report).flatMap((cell) => {
      const row = (name: string, curve: readonly [number, number][]) => [
        name,
        ...QUARTERS.map((share) => {
          const ms = timeAt(curve, share)
          return ms === undefined ? texts.table.notMeasured : figure(ms)
        }),
      ]
      const name = nameOf(cell.subject, texts)
      return [
        row(`${name}, ${texts.measured}`, cell.latencyMs?.ecdf ?? []),
        ...(cell.modelEcdf ? [row(`${name}, ${texts.table.model}`, cell.modelEcdf)] : []),
      ]
    }),
  }),
}
