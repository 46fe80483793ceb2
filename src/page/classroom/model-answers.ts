/** What the models say before anything is measured: the answers of the handout. */
import { conditionsWithout, type Conditions } from '../lessons/run-context.ts'
import { pointAt } from '../lessons/guess.ts'
import { isCategories, type Guess, type Lesson } from '../lessons/lesson.ts'
import { defaultSettings, type Settings } from '../lessons/parameters.ts'
import type { Point } from '../lessons/point.ts'

/** The links with a constant delay, as a server offers them: for a page that reaches none of them. */
export const USUAL_LINKS: Readonly<Partial<Record<string, Pick<Conditions, 'rttMs' | 'bitsPerSecond'>>>> = {
  wifi: { rttMs: 20, bitsPerSecond: null },
  '4g': { rttMs: 60, bitsPerSecond: 10_000_000 },
  '3g': { rttMs: 300, bitsPerSecond: 1_000_000 },
  satellite: { rttMs: 600, bitsPerSecond: null },
}

/** The settings of a handout: those by default, which everybody has. */
export const handoutSettings = (lesson: Lesson): Settings => defaultSettings(lesson.parameters, 1)

export function handoutConditions(settings: Settings): Conditions {
  const profile = String(settings['link'] ?? '')
  const usual = USUAL_LINKS[profile]
  return usual ? { ...conditionsWithout(profile), ...usual } : conditionsWithout(null)
}

/** The places at which a chart shows something: its categories or ticks, and the places of a sketched prediction. */
function placesOf(lesson: Lesson, settings: Settings, conditions: Conditions): number[] {
  const { x } = lesson.chart(settings, conditions)
  const prediction = lesson.prediction(settings)
  const shown = isCategories(x) ? x.categories.map((_, index) => index) : x.ticks
  return [...new Set([...shown, ...(prediction.kind === 'sketch' ? prediction.xs : [])])].sort((a, b) => a - b)
}

/** The values of the models as if they had been measured. */
export function modelPoints(lesson: Lesson, settings: Settings, conditions: Conditions): Point[] {
  const places = placesOf(lesson, settings, conditions)
  return lesson.curves(settings, conditions).flatMap(({ series, at }) =>
    places.flatMap((x): Point[] => {
      const value = at(x)
      if (value === null || !Number.isFinite(value)) return []
      return [{ series, x, value, low: value, high: value, replicates: 0, model: value, tolerance: 0 }]
    }),
  )
}

/** The prediction that the models make; null where they make none. */
export function modelGuess(lesson: Lesson, settings: Settings, conditions: Conditions): Guess | null {
  const points = modelPoints(lesson, settings, conditions)
  const prediction = lesson.prediction(settings)
  if (prediction.kind === 'choice') {
    const option = lesson.answer?.({ points, settings, conditions })
    return option == null ? null : { kind: 'choice', option }
  }
  const values = prediction.xs.map((x) => pointAt(points, prediction.series, x)?.value)
  return values.every((value) => value !== undefined) ? { kind: 'sketch', values } : null
}
