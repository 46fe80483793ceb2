import type { Unit } from './unit.ts'

export interface Axis {
  scale: 'linear' | 'log'
  from: number
  to: number
  ticks: readonly number[]
  unit: Unit
}

/** From 0 to `to` or a little more, with four to six round ticks. */
export function linearAxis(to: number, unit: Unit): Axis {
  const least = to / 5
  const magnitude = 10 ** Math.floor(Math.log10(least))
  const step = magnitude * ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= least) ?? 10)
  const count = Math.ceil(to / step - 1e-9)
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)))
  return { scale: 'linear', from: 0, to: count * step, ticks, unit }
}

/** From `from` to `to`, with ticks at 1, 2 and 5 of each power of ten. */
export function logAxis(from: number, to: number, unit: Unit): Axis {
  const ticks: number[] = []
  for (let magnitude = 10 ** Math.floor(Math.log10(from)); magnitude <= to; magnitude *= 10)
    for (const factor of [1, 2, 5]) ticks.push(Number((factor * magnitude).toPrecision(6)))
  return { scale: 'log', from, to, ticks: ticks.filter((tick) => tick >= from && tick <= to), unit }
}

/** The place of a value between the ends of an axis, 0 to 1; beyond for values outside. A logarithmic axis has no 0. */
export function shareOf(value: number, { scale, from, to }: Axis): number {
  if (scale === 'linear') return (value - from) / (to - from)
  return Math.log(Math.max(value, 1e-9) / from) / Math.log(to / from)
}

/** The value at a place of an axis. */
export function valueAt(share: number, { scale, from, to }: Axis): number {
  return scale === 'linear' ? from + share * (to - from) : from * (to / from) ** share
}
