import { tick as spellTick } from '../format.ts'

export interface Axis {
  name: string
  min: number
  max: number
  isLog: boolean
  ticks: readonly number[]
  spell: (value: number) => string
}

/** Pixels of a value: `from` at the axis's least value, `to` at its greatest. */
export type Scale = (value: number) => number

export const scale = ({ min, max, isLog }: Axis, from: number, to: number): Scale =>
  isLog
    ? (value) => from + (Math.log(value / min) / Math.log(max / min)) * (to - from)
    : (value) => from + ((value - min) / (max - min)) * (to - from)

export const ticksWithin = ({ ticks, min, max }: Axis): number[] => {
  const slack = (max - min) * 1e-9
  return ticks.filter((value) => value >= min - slack && value <= max + slack)
}

/** From 0, or from the least value where it is negative. */
export function linearAxis(name: string, values: readonly number[], wantedTicks = 5): Axis {
  const finite = values.filter(Number.isFinite)
  const low = Math.min(0, ...finite)
  const high = Math.max(0, ...finite)
  const step = niceStep((high - low || 1) / wantedTicks)
  const [min, max] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step || step]
  const count = Math.round((max - min) / step)
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((min + i * step).toPrecision(12)))
  return { name, min, max, isLog: false, ticks, spell: spellTick }
}

/** Room for the points at both ends; ticks at 1, 2 and 5, or at powers of ten where there are many. */
export function logAxis(name: string, values: readonly number[], mostTicks = 10): Axis {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0)
  const [low, high] = positive.length > 0 ? [Math.min(...positive), Math.max(...positive)] : [1, 10]
  const room = Math.max((high / low) ** 0.06, 1.15)
  const [min, max] = [low / room, high * room]
  const within = (steps: readonly number[]) => {
    const decades = Array.from({ length: 26 }, (_, i) => 10 ** (i - 12))
    return decades
      .flatMap((decade) => steps.map((step) => Number((decade * step).toPrecision(6))))
      .filter((value) => value >= min && value <= max)
  }
  const fine = within([1, 2, 5])
  const finest = fine.length < 4 ? within([1, 1.5, 2, 3, 5, 7]) : fine
  return { name, min, max, isLog: true, ticks: fine.length <= mostTicks ? finest : within([1]), spell: spellTick }
}

/** Curves that lie decades apart need a log axis; others are easier to read from 0. */
export const axisFor = (name: string, values: readonly number[], wantedTicks?: number): Axis => {
  const isPositive = values.every((value) => value > 0)
  const isWide = isPositive && Math.max(...values) / Math.min(...values) > 20
  return isWide ? logAxis(name, values) : linearAxis(name, values, wantedTicks)
}

function niceStep(atLeast: number): number {
  const decade = 10 ** Math.floor(Math.log10(atLeast))
  return (([1, 2, 2.5, 5, 10] as const).find((step) => step * decade >= atLeast * 0.999) ?? 10) * decade
}
