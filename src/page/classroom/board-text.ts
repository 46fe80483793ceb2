/**
 * Predictions and results as messages of a room, in a form that a person reads in the chat and the board reads back:
 *
 *   [experiment poll-latency] prediction: 0.5=300 1=550 2=1050
 *   [experiment seventh-request] prediction: waits
 *   [experiment poll-latency] result: agrees: 0.5=312 1=561 2=1043
 *
 * A sketched prediction is a list of x=y in the units of the experiment's axes; a choice is the name of an option. A result has the
 * verdict, and what was measured at the places of the prediction. docs/teaching.md describes the form.
 */
import { pointAt } from '../lessons/guess.ts'
import type { Guess, Lesson } from '../lessons/lesson.ts'
import type { Settings } from '../lessons/parameters.ts'
import type { LessonResult } from '../lessons/result.ts'
import type { Verdict } from '../lessons/verdict.ts'

export type BoardMessage =
  | { kind: 'prediction'; lesson: string; guess: Guess }
  | { kind: 'result'; lesson: string; verdict: Verdict; guess: Guess }

const FORM = /^\[experiment ([a-z0-9-]{1,40})\] (prediction|result): (.+)$/
const VERDICT = /^(agrees|does not agree|too noisy to say): (.+)$/
const OPTION = /^[a-z0-9-]{1,40}$/
const PLACE = /^(-?[0-9.e+-]{1,12})=(-?[0-9.e+-]{1,12})$/

/** Four digits are more than a chart shows. */
const digits = (value: number): string => String(Number(value.toPrecision(4)))

const xsOf = (lesson: Lesson, settings: Settings): readonly number[] => {
  const prediction = lesson.prediction(settings)
  return prediction.kind === 'sketch' ? prediction.xs : []
}

function writtenGuess(lesson: Lesson, settings: Settings, guess: Guess): string {
  if (guess.kind === 'choice') return guess.option
  const xs = xsOf(lesson, settings)
  return guess.values
    .flatMap((value, index) => (xs[index] === undefined ? [] : [`${xs[index]}=${digits(value)}`]))
    .join(' ')
}

export const predictionText = (lesson: Lesson, settings: Settings, guess: Guess): string =>
  `[experiment ${lesson.id}] prediction: ${writtenGuess(lesson, settings, guess)}`

/** What was measured in the form of a prediction; null where a run decides nothing. */
export function measuredGuess(lesson: Lesson, { points, settings, conditions }: LessonResult): Guess | null {
  const prediction = lesson.prediction(settings)
  if (prediction.kind === 'choice') {
    const option = lesson.answer?.({ points, settings, conditions })
    return option == null ? null : { kind: 'choice', option }
  }
  const values = prediction.xs.map((x) => pointAt(points, prediction.series, x)?.value)
  return values.every((value) => value !== undefined) && values.length > 0 ? { kind: 'sketch', values } : null
}

/** null for a result without figures. */
export function resultText(lesson: Lesson, result: LessonResult): string | null {
  const measured = measuredGuess(lesson, result)
  if (!measured) return null
  return `[experiment ${lesson.id}] result: ${result.verdict}: ${writtenGuess(lesson, result.settings, measured)}`
}

/** The guess in a text, for these settings; null for another form, another option and other places of the x axis. */
function readGuess(lesson: Lesson, settings: Settings, text: string): Guess | null {
  const prediction = lesson.prediction(settings)
  if (prediction.kind === 'choice')
    return OPTION.test(text) && prediction.options.includes(text) ? { kind: 'choice', option: text } : null
  const pairs = text.split(' ').map((part) => PLACE.exec(part))
  const values = prediction.xs.map((x) => {
    const pair = pairs.find((match) => match !== null && Number(match[1]) === x)
    return pair ? Number(pair[2]) : Number.NaN
  })
  return pairs.length === values.length && values.every(Number.isFinite) ? { kind: 'sketch', values } : null
}

/** What a message of the room says about this experiment; null for any other message. */
export function readBoardMessage(lesson: Lesson, settings: Settings, text: string): BoardMessage | null {
  const [, id, kind, rest = ''] = FORM.exec(text.trim()) ?? []
  if (id !== lesson.id) return null
  if (kind === 'prediction') {
    const guess = readGuess(lesson, settings, rest)
    return guess && { kind, lesson: id, guess }
  }
  const [, verdict, figures = ''] = VERDICT.exec(rest) ?? []
  const guess = readGuess(lesson, settings, figures)
  return guess && { kind: 'result', lesson: id, verdict: verdict as Verdict, guess }
}
