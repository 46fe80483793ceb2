import { bytes, duration, percent, spelled, whole, type Figure } from '../browser/format.ts'

/** How a number is written. */
export type Unit = 'ms' | 's' | 'share' | 'per-second' | 'bytes' | 'count' | 'ratio'

/** At most three digits, without zeros at the end: 0.05, 0.4, 12.5, 125. */
const short = (value: number): string =>
  Math.abs(value) >= 100 ? whole(value) : String(Number(value.toPrecision(value < 1 ? 2 : 3)))

const figures: Record<Unit, (value: number) => Figure> = {
  ms: (value) => (value === 0 ? { figure: '0', unit: 'ms' } : duration(value)),
  s: (value) => ({ figure: short(value), unit: 's' }),
  share: percent,
  'per-second': (value) => ({ figure: short(value), unit: '/s' }),
  bytes: (value) => bytes(value),
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
