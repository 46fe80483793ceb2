import { mean } from '../../models/statistics.ts'
import type { Axis } from './axes.ts'
import type { Findings, Guess, Lesson, Prediction } from './lesson.ts'
import type { Point } from './point.ts'

/** How far a prediction was off. */
export type Off =
  | { is: 'right' }
  /** `answer`: the option that the data support. */
  | { is: 'wrong'; answer: string }
  /** The mean distance between prediction and measurement. */
  | { is: 'distance'; distance: number }
  /** On a logarithmic axis, the mean factor. */
  | { is: 'factor'; factor: number }

/** The measured point that a sketched value predicted. Where the series is no measured one, a point at this place of any series. */
export const pointAt = (points: readonly Point[], series: string, x: number): Point | undefined =>
  points.find((point) => point.series === series && point.x === x) ?? points.find((point) => point.x === x)

/** null where the run says nothing about the prediction. */
export function offBy(lesson: Lesson, prediction: Prediction, guess: Guess, findings: Findings, y: Axis): Off | null {
  if (guess.kind === 'choice') {
    const answer = lesson.answer?.(findings) ?? null
    if (answer === null) return null
    return answer === guess.option ? { is: 'right' } : { is: 'wrong', answer }
  }
  if (prediction.kind !== 'sketch') return null
  const pairs = prediction.xs.flatMap((x, index) => {
    const value = guess.values[index]
    const point = pointAt(findings.points, prediction.series, x)
    return value === undefined || !point ? [] : [{ value, measured: point.value }]
  })
  if (pairs.length === 0) return null
  if (y.scale === 'linear')
    return { is: 'distance', distance: mean(pairs.map(({ value, measured }) => Math.abs(value - measured))) }
  const logs = pairs.map(({ value, measured }) => Math.abs(Math.log(value / Math.max(measured, y.from / 10))))
  return { is: 'factor', factor: Math.exp(mean(logs)) }
}
