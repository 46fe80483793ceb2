import { percent, spelled, tenth, whole, type Figure } from '../browser/format.ts'

/** How a number is written. */
export type Unit = 'ms' | 's' | 'share' | 'per-second' | 'bytes' | 'count' | 'ratio'

/** At most three digits, without zeros at the end: 0.05, 0.4, 12.5, 125. */
const short = (value: number): string =>
  Math.abs(value) >= 100 ? whole(value) : String(Number(value.toPrecision(Math.abs(value) < 1 ? 2 : 3)))

/** 0 ms, 4.2 ms, 640 ms, 2.31 s, 2 s. */
function milliseconds(value: number): Figure {
  const size = Math.abs(value)
  if (size >= 999.5) return { figure: short(value / 1000), unit: 's' }
  return { figure: size > 0 && size < 9.95 ? tenth(value) : whole(value), unit: 'ms' }
}

const figures: Record<Unit, (value: number) => Figure> = {
  ms: milliseconds,
  s: (value) => ({ figure: short(value), unit: 's' }),
  share: (value) => percent(Math.max(0, value)),
  'per-second': (value) => ({ figure: short(value), unit: '/s' }),
  bytes: (value) =>
    Math.abs(value) < 999.5 ? { figure: whole(value), unit: 'B' } : { figure: short(value / 1000), unit: 'kB' },
  count: (value) => ({ figure: short(value), unit: '' }),
  ratio: (value) => ({ figure: short(value), unit: '×' }),
}

/** A value with its unit, as two parts. */
export const figureOf = (value: number, unit: Unit): Figure => figures[unit](value)

/** A value with its unit, as a text. */
export function textOf(value: number, unit: Unit): string {
  const figure = figureOf(value, unit)
  return figure.unit === '' ? figure.figure : spelled(figure)
}
