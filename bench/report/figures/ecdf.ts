import { transportsThat } from '../../../src/transports.ts'
import { figure } from '../format.ts'
import type { Cell, Report } from '../schema.ts'
import { linearAxis, type Axis } from './axis.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'
import { plot } from './plot.ts'

const POLLS: readonly string[] = transportsThat(({ mode }) => mode !== 'streaming')
const QUARTERS = [0.25, 0.5, 0.75, 0.9, 0.99]

const drawn = (report: Report): Cell[] =>
  cellsOf(report, 'latency').filter(
    ({ subject, latencyMs }) => POLLS.includes(subject) && (latencyMs?.ecdf.length ?? 0) > 1,
  )

/** The time at which so large a share had arrived: between two points of a curve, on the line between them. */
function timeAt(curve: readonly [number, number][], share: number): number | undefined {
  const index = curve.findIndex(([, reached]) => reached >= share - 1e-9)
  const [after, before] = [curve[index], curve[index - 1]]
  if (!after || !before || after[1] === before[1]) return after?.[0]
  return before[0] + ((share - before[1]) / (after[1] - before[1])) * (after[0] - before[0])
}

/** Measured and predicted one over the other; the slowest in a hundred would make the rest a line at the left. */
export const ecdf: Figure = {
  id: 'ecdf',
  panels: (report, texts, { half }) =>
    drawn(report).map((cell) => {
      const measured = cell.latencyMs?.ecdf ?? []
      const model = cell.modelEcdf ?? []
      const end = Math.max(timeAt(measured, 0.99) ?? 0, timeAt(model, 0.995) ?? 0) * 1.08
      const x = { ...linearAxis(texts.axes.arrivedAfter, [end], 4), max: end }
      const y: Axis = { ...linearAxis(texts.axes.arrived, [1], 4), spell: (share) => `${Math.round(share * 100)} %` }
      const height = 290
      const common = { subject: cell.subject }
      const within = (points: readonly [number, number][]) => points.filter(([ms]) => ms <= x.max)
      const option = plot({
        width: half,
        height,
        x,
        y,
        curves: [
          { ...common, points: within(measured), style: 'curve', label: texts.measured, isStep: true },
          ...(model.length > 1
            ? [{ ...common, points: within(model), style: 'model' as const, label: texts.table.model }]
            : []),
        ],
        notValid: texts.notValid,
      })
      const title = nameOf(cell.subject, texts) + doubt(cell)
      return { option, width: half, height, isHalf: true, title, label: `${texts.figures.ecdf.title}: ${title}` }
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
