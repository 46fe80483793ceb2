import { figure } from '../format.ts'
import { METRICS, type MetricKey } from '../metrics.ts'
import type { Cell, Crossover, Report } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import { axisFor, linearAxis, logAxis } from './axis.ts'
import { cellTable } from './cell-table.ts'
import { bySubject, cellsOf, nameOf, type Figure, type FigureId } from './figure.ts'
import { plot, type Crossing, type Curve } from './plot.ts'

interface What {
  id: FigureId
  metric: MetricKey
  axis: keyof Texts['axes']
  crossover?: Crossover['name']
  /** Push sends none at all: a log axis has no place for that. */
  isLinear?: boolean
}

/** What one message costs against how many there are, and where one transport becomes dearer than another. */
function perMessage({ id, metric: key, axis, crossover: name, isLinear = false }: What): Figure {
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
      const curves = bySubject(cells).flatMap(([subject, own]) => curvesOf(subject, own, key, texts))
      const x = logAxis(
        texts.axes.rate,
        cells.map(({ ratePerS }) => ratePerS),
      )
      const values = curves.flatMap(({ points, intervals = [] }) => [
        ...points.map(([, value]) => value),
        ...intervals.flatMap((interval) => (interval ? [...interval] : [])),
      ])
      const y = isLinear ? linearAxis(texts.axes[axis], values) : axisFor(texts.axes[axis], values)
      const crossing = crossingOf(crossoverIn(report), texts, [x.min, x.max])
      const height = crossing ? 400 : 360
      const option = plot({
        width: full,
        height,
        x,
        y,
        curves,
        notValid: texts.notValid,
        ...(crossing ? { crossing } : {}),
      })
      return [{ option, width: full, height, label: texts.figures[id].title }]
    },
    table: (report, texts) => cellTable(drawn(report), [key], texts, true),
    notes: (report, texts) => {
      const found = crossoverIn(report)
      return found ? [spellCrossover(found, texts)] : []
    },
  }
}

function curvesOf(subject: string, cells: readonly Cell[], key: MetricKey, texts: Texts): Curve[] {
  const metric = METRICS[key]
  const sorted = [...cells].sort((a, b) => a.ratePerS - b.ratePerS)
  const found = sorted.map((cell) => ({ cell, estimate: metric.of(cell) ?? { value: Number.NaN } }))
  const modelled = sorted.flatMap((cell) => {
    const value = metric.model === undefined ? undefined : cell.model?.[metric.model]
    return value === undefined ? [] : [[cell.ratePerS, value] as const]
  })
  const measured: Curve = {
    subject,
    points: found.map(({ cell, estimate }) => [cell.ratePerS, estimate.value] as const),
    intervals: found.map(({ estimate: { low, high } }) =>
      low === undefined || high === undefined ? null : ([Math.max(low, 0), high] as const),
    ),
    invalid: sorted.map(({ validity }) => !validity.valid),
    label: nameOf(subject, texts),
    style: 'measured',
  }
  return modelled.length > 1 ? [measured, { subject, points: modelled, style: 'model' }] : [measured]
}

function crossingOf(found: Crossover | undefined, texts: Texts, [min, max]: [number, number]): Crossing | undefined {
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

/** All that is known of a crossover, in a sentence. */
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
