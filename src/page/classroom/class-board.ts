/** The board of a class, from the messages of its room. */
import { nameKey } from '../../names.ts'
import type { MessageEvent } from '../../protocol.ts'
import type { Axis } from '../lessons/axes.ts'
import type { Settings } from '../lessons/parameters.ts'
import type { Guess, Lesson } from '../lessons/lesson.ts'
import type { Verdict } from '../lessons/verdict.ts'
import { readBoardMessage } from './board-text.ts'

export interface BoardRow {
  memberId: string
  name: string
  guess: Guess
  /** Position of the message in the room. */
  seq: number
  /** How far it is from the result: 0 is exact; null without a result. */
  distance: number | null
}

export interface ClassBoard {
  /** The newest prediction of each name: in the order in which they came, and the nearest first once there is a result. */
  rows: readonly BoardRow[]
  /** The newest result that a member has announced. */
  result: { verdict: Verdict; guess: Guess; name: string } | null
}

/** The difference of two values on an axis, as a share of its length for a linear one, and in powers of ten for a logarithmic one. */
function apart(a: number, b: number, { scale, from, to }: Axis): number {
  if (scale === 'linear') return Math.abs(a - b) / (to - from)
  const log = (value: number) => Math.log10(Math.max(value, from / 10))
  return Math.abs(log(a) - log(b))
}

/** How far two guesses are apart, on average over their places. */
export function distanceOf(guess: Guess, measured: Guess, axis: Axis): number | null {
  if (guess.kind === 'choice' || measured.kind === 'choice') {
    if (guess.kind !== 'choice' || measured.kind !== 'choice') return null
    return guess.option === measured.option ? 0 : 1
  }
  if (guess.values.length === 0 || guess.values.length !== measured.values.length) return null
  const sum = guess.values.reduce(
    (total, value, index) => total + apart(value, measured.values[index] ?? value, axis),
    0,
  )
  return sum / guess.values.length
}

/** @param axis the y axis of the experiment's chart */
export function classBoard(
  lesson: Lesson,
  settings: Settings,
  messages: readonly MessageEvent[],
  axis: Axis,
): ClassBoard {
  const latest = new Map<string, Omit<BoardRow, 'distance'>>()
  let result: ClassBoard['result'] = null
  for (const { from, text, seq, to } of messages) {
    // A private message is for one member, not for the board.
    const said = to === undefined ? readBoardMessage(lesson, settings, text) : null
    if (said?.kind === 'prediction')
      latest.set(nameKey(from.name), { memberId: from.id, name: from.name, guess: said.guess, seq })
    else if (said) result = { verdict: said.verdict, guess: said.guess, name: from.name }
  }
  const measured = result?.guess
  const rows = [...latest.values()].map((row): BoardRow => ({
    ...row,
    distance: measured ? distanceOf(row.guess, measured, axis) : null,
  }))
  return { rows: rows.toSorted((a, b) => (a.distance ?? 0) - (b.distance ?? 0) || a.seq - b.seq), result }
}
