import type { Crossing } from '../drawing/crossing.ts'
import type { Curve, Point } from '../drawing/curves.ts'
import { plot } from '../drawing/plot.ts'
import { axisFor, linearAxis, logAxis, type Axis } from '../drawing/scales.ts'
import { figure } from '../format.ts'
import { METRICS, type Metric, type MetricKey } from '../metrics.ts'
import type { Cell, Crossover, Report } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import { cellTable } from './cell-table.ts'
import { bySubject, cellsOf, nameOf, type Figure, type FigureId } from './figure.ts'

interface Cost {
  id: FigureId
  metric: MetricKey
  axis: keyof Texts['axes']
  crossover?: Crossover['name']
  /** From 0. A log axis has no place for the 0 requests of a push. */
  isLinear?: boolean
}

/** What one message costs against how many there are, and where one transport becomes dearer than another. */
function perMessage({ id, metric: key, axis, crossover: name, isLinear = false }: Cost): Figure {
  const metric = METRICS[key]
  const drawn = (report: Report): Cell[] => cellsOf(report, 'rates').filter((cell) => metric.of(cell))
  const crossoverIn = (report: Report) => {
    // The crossover of bytes is on the wire where the wire could be counted.
    const isElsewhere =
      key === 'bytesPerMessage' && cellsOf(report, 'rates').some((cell) => METRICS.wireBytesPerMessage.of(cell))
    return isElsewhere ? undefined : report.crossovers.find((one) => one.name === name)
  }
  return {
    id,
    panels: (report, texts, { full }) => {
      const cells = drawn(report)
      if (cells.length === 0) return []
      const curves = bySubject(cells).flatMap(([subject, own]) => curvesOf(subject, own, metric, texts))
      const x = logAxis(texts.axes.rate, cells.map(({ ratePerS }) => ratePerS)) // prettier-ignore
      const values = curves.flatMap(({ points }) => points.flatMap(({ y, low = y, high = y }) => [y, low, high]))
      const y = isLinear ? linearAxis(texts.axes[axis], values) : axisFor(texts.axes[axis], values)
      const crossing = crossingOf(crossoverIn(report), texts, x)
      const drawing = plot({ width: full, height: crossing ? 400 : 360, x, y, curves, crossing, texts })
      return [{ ...drawing, label: texts.figures[id].title }]
    },
    table: (report, texts) => cellTable(drawn(report), [key], texts, true),
    notes: (report, texts) => {
      const found = crossoverIn(report)
      return found ? [spellCrossover(found, texts)] : []
    },
  }
}

function curvesOf(subject: string, cells: readonly Cell[], metric: Metric, texts: Texts): Curve[] {
  const sorted = [...cells].sort((a, b) => a.ratePerS - b.ratePerS)
  const measured = sorted.flatMap((cell): Point[] => {
    const estimate = metric.of(cell)
    if (!estimate) return []
    const { value: y, low, high } = estimate
    const interval = low === undefined || high === undefined ? {} : { low: Math.max(low, 0), high }
    return [{ x: cell.ratePerS, y, ...interval, isInvalid: !cell.validity.valid }]
  })
  const predicted = sorted.flatMap((cell): Point[] => {
    const y = metric.model === undefined ? undefined : cell.model?.[metric.model]
    return y === undefined ? [] : [{ x: cell.ratePerS, y }]
  })
  return [
    { subject, points: measured, label: nameOf(subject, texts), style: 'measured' },
    ...(predicted.length > 1 ? [{ subject, points: predicted, style: 'model' as const }] : []),
  ]
}

function crossingOf(found: Crossover | undefined, texts: Texts, { min, max }: Axis): Crossing | undefined {
  if (!found) return undefined
  const within = (at: number | null, spell: (rate: string) => string) =>
    at !== null && at >= min && at <= max ? { at, label: spell(figure(at)) } : null
  const crossing = {
    name: texts.crossover.names[found.name],
    predicted: within(found.predictedPerS, texts.crossover.predictedAt),
    measured: within(found.measuredPerS, texts.crossover.measuredAt),
  }
  return crossing.predicted || crossing.measured ? crossing : undefined
}

/** A crossover in a sentence. */
export function spellCrossover({ name, predictedPerS, measuredPerS }: Crossover, { crossover }: Texts): string {
  const predicted = predictedPerS === null ? crossover.notPredicted : crossover.predictedAt(figure(predictedPerS))
  const measured = measuredPerS === null ? crossover.notWithin : crossover.measuredAt(figure(measuredPerS))
  return crossover.sentence(crossover.names[name], predicted, measured)
}

export const requests = perMessage({
  id: 'requests',
  metric: 'requestsPerMessage',
  axis: 'requests',
  crossover: 'requests',
  isLinear: true,
})
export const bytes = perMessage({ id: 'bytes', metric: 'bytesPerMessage', axis: 'bytes', crossover: 'bytes' })
export const wireBytes = perMessage({
  id: 'wireBytes',
  metric: 'wireBytesPerMessage',
  axis: 'bytes',
  crossover: 'bytes',
})
export const cpu = perMessage({ id: 'cpu', metric: 'cpuPerDelivery', axis: 'cpu', crossover: 'cpu' })
