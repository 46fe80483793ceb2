import { mean, meanInterval, quantile } from '../../models/statistics.ts'
import type { Point } from './point.ts'

/** What was measured, and what the model says for the same moment or the same messages. */
export interface Pair {
  value: number
  model: number
}

export type Estimate = Pick<Point, 'value' | 'low' | 'high' | 'replicates'> & { model: number }

/** Fewer replicates give no useful interval. */
const MIN_REPLICATES = 3

/**
 * The mean of blocks, each measured and predicted. The interval comes from the differences of the two: luck of the arrivals that the model
 * knows too is not in the interval. null with too few blocks.
 */
export function meanOfBlocks(blocks: readonly Pair[]): Estimate | null {
  if (blocks.length < MIN_REPLICATES) return null
  const value = mean(blocks.map((block) => block.value))
  const { value: off, high, replicates } = meanInterval(blocks.map((block) => block.value - block.model))
  const margin = high - off
  return { value, low: value - margin, high: value + margin, model: value - off, replicates }
}

/** Consecutive groups of equal size; the last values are left out where they fill no group. */
export function inGroups<T>(values: readonly T[], count: number): T[][] {
  const size = Math.floor(values.length / count)
  return size === 0 ? [] : Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size))
}

/** The mean of consecutive groups: neighbours share the luck of their moment, groups do so less. */
export function meanOfGroups(pairs: readonly Pair[], groups: number): Estimate | null {
  const count = Math.min(groups, pairs.length)
  return meanOfBlocks(
    inGroups(pairs, count).map((group) => ({
      value: mean(group.map(({ value }) => value)),
      model: mean(group.map(({ model }) => model)),
    })),
  )
}

/** The mean of the same quantile of each group. */
export function quantileOfGroups(
  values: readonly number[],
  groups: number,
  share: number,
  model: number,
): Estimate | null {
  return meanOfBlocks(inGroups(values, groups).map((group) => ({ value: quantile(group, share), model })))
}

/** A count that is exact: its interval is a point. */
export const exactly = (value: number, model: number, replicates: number): Estimate => ({
  value,
  low: value,
  high: value,
  model,
  replicates,
})

/** Equal parts of a span, for counts per part. */
export function partsOf({ fromMs, toMs }: { fromMs: number; toMs: number }, count: number) {
  const partMs = (toMs - fromMs) / count
  return Array.from({ length: count }, (_, index) => ({
    fromMs: fromMs + index * partMs,
    toMs: fromMs + (index + 1) * partMs,
  }))
}
