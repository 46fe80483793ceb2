/**
 * What is done with measured values. The replicate is the publish or the block, never the single delivery: deliveries of
 * one publish share its luck, and an interval that took them for independent would be too narrow.
 *
 * Intervals are at 95 %. Too few values are a RangeError that says how many it takes.
 */
import { seededRandom } from '../random.ts'

export interface Interval {
  low: number
  high: number
}

/** Fits `estimate` of the report's schema. */
export interface IntervalEstimate extends Interval {
  value: number
  /** How many independent ones stand behind the interval. */
  replicates: number
}

/** Values grouped by what they have in common: one group per publish, in order of publishing. */
export type Clusters = readonly (readonly number[])[]

export interface Resampling {
  seed: number
  /** 1,000 by default. */
  resamples?: number
}

function needs(least: number, what: string, found: number): void {
  if (found < least) throw new RangeError(`needs at least ${least} ${what}, got ${found}`)
}

function ascending(values: readonly number[]): Float64Array {
  const sorted = Float64Array.from(values).sort()
  if (Number.isNaN(sorted.at(-1))) throw new RangeError('needs numbers, got NaN')
  return sorted
}

/** By linear interpolation between order statistics: type 7 of Hyndman and Fan, 1996, the default of R and NumPy. */
function sortedQuantile(sorted: Float64Array, share: number): number {
  needs(1, 'value', sorted.length)
  if (!(share >= 0 && share <= 1)) throw new RangeError(`needs a share from 0 to 1, got ${share}`)
  const position = (sorted.length - 1) * share
  const below = sorted[Math.floor(position)] ?? NaN
  const above = sorted[Math.ceil(position)] ?? NaN
  return below + (above - below) * (position % 1)
}

/** Exact, from the values themselves, in any order. @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  return sortedQuantile(ascending(values), share)
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function mean(values: readonly number[]): number {
  needs(1, 'value', values.length)
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Of the mean, squared: s²/n. */
function squaredError(values: readonly number[]): number {
  const centre = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  return squares / (values.length - 1) / values.length
}

/**
 * The median of all values with its percentile interval, by drawing whole clusters with replacement (Davison and Hinkley,
 * 1997, section 3.8). Below some 20 clusters the interval is too narrow.
 *
 * All values are sorted once. A resample only says how often each cluster counts, so its median is found by walking along
 * the sorted values: one pass and no sorting per resample.
 */
export function clusterBootstrap(clusters: Clusters, { seed, resamples = 1000 }: Resampling): IntervalEstimate {
  needs(2, 'clusters', clusters.length)
  needs(1, 'value in each cluster', Math.min(...clusters.map((cluster) => cluster.length)))
  needs(1, 'resample', resamples)
  const values = ascending(clusters.flat())
  const tagged = clusters.flatMap((cluster, owner) => cluster.map((value) => ({ value, owner })))
  const owners = Uint32Array.from(
    tagged.sort((a, b) => a.value - b.value),
    ({ owner }) => owner,
  )

  const random = seededRandom(seed)
  const times = new Uint32Array(clusters.length)
  const medians = Float64Array.from({ length: resamples }, () => {
    times.fill(0)
    let total = 0
    for (let left = clusters.length; left > 0; left--) {
      const drawn = Math.floor(random() * clusters.length)
      times[drawn] = (times[drawn] ?? 0) + 1
      total += clusters[drawn]?.length ?? 0
    }
    return medianOfCounted(values, owners, times, total)
  }).sort()
  return {
    value: sortedQuantile(values, 0.5),
    low: sortedQuantile(medians, 0.025),
    high: sortedQuantile(medians, 0.975),
    replicates: clusters.length,
  }
}

/** Of sorted values, each as many times as its owner counts, `total` in all. */
function medianOfCounted(values: Float64Array, owners: Uint32Array, times: Uint32Array, total: number): number {
  const [lower, upper] = [Math.floor((total - 1) / 2), Math.floor(total / 2)]
  let [index, seen] = [-1, 0]
  const advanceTo = (rank: number) => {
    while (seen <= rank) seen += times[owners[++index] ?? 0] ?? 0
    return values[index] ?? NaN
  }
  return (advanceTo(lower) + advanceTo(upper)) / 2
}

/**
 * a − b, publish by publish, the i-th subscriber of one transport against the i-th of the other; a publish that lacks
 * either is left out. What both had to suffer (a pause of the publisher, a busy machine) cancels.
 */
export function pairedDifferences(a: Clusters, b: Clusters): number[][] {
  if (a.length !== b.length)
    throw new RangeError(`needs the same publishes on both sides, got ${a.length} and ${b.length}`)
  const differences = a.map((values, publish) => {
    const others = b[publish] ?? []
    return values.slice(0, others.length).map((value, index) => value - (others[index] ?? NaN))
  })
  return differences.filter((cluster) => cluster.length > 0)
}

/**
 * Cliff's δ: how much more often a value of a is above one of b than below it, −1 to 1; negative: a is lower. O(n log n):
 * as the values of a grow, so does the number of b's values that are below, or not above.
 */
export function cliffsDelta(a: readonly number[], b: readonly number[]): number {
  needs(1, 'value on each side', Math.min(a.length, b.length))
  const sorted = ascending(b)
  let [below, notAbove, sum] = [0, 0, 0]
  for (const value of ascending(a)) {
    while (below < sorted.length && (sorted[below] ?? NaN) < value) below++
    while (notAbove < sorted.length && (sorted[notAbove] ?? NaN) <= value) notAbove++
    sum += below - (sorted.length - notAbove)
  }
  return sum / a.length / b.length
}

export function overlap(a: Interval, b: Interval): boolean {
  return a.low <= b.high && b.low <= a.high
}

/** The mean of independent blocks, with Student's interval. */
export function meanInterval(blocks: readonly number[]): IntervalEstimate {
  needs(2, 'blocks', blocks.length)
  const value = mean(blocks)
  const margin = studentT(blocks.length - 1) * Math.sqrt(squaredError(blocks))
  return { value, low: value - margin, high: value + margin, replicates: blocks.length }
}

/** What was spent in a block, and what it brought. */
export type Pair = readonly [spent: number, brought: number]

/**
 * Spent per brought over blocks, of each of which both are known: Σspent / Σbrought. The interval is about the cost at what
 * was brought here. It is made from what is left of each block's costs when a part that is the same for every block and a
 * part for each thing that was brought are taken off (the regression estimator: Cochran, Sampling Techniques, section 7.3).
 * So where each thing costs the same the interval is a point, however unevenly they came. At least 4 blocks.
 */
export function pairedRatio(blocks: readonly Pair[]): IntervalEstimate {
  needs(4, 'blocks', blocks.length)
  const [spent, brought] = [blocks.map(([x]) => x), blocks.map(([, y]) => y)]
  const [meanSpent, meanBrought] = [mean(spent), mean(brought)]
  if (!(meanBrought > 0)) throw new RangeError(`needs something that was brought, got ${meanBrought} per block`)
  const spread = brought.reduce((sum, y) => sum + (y - meanBrought) ** 2, 0)
  const together = blocks.reduce((sum, [x, y]) => sum + (x - meanSpent) * (y - meanBrought), 0)
  const each = spread > 0 ? together / spread : 0
  const squares = blocks.reduce((sum, [x, y]) => sum + (x - meanSpent - each * (y - meanBrought)) ** 2, 0)
  const freedom = blocks.length - (spread > 0 ? 2 : 1)
  const margin = (studentT(freedom) * Math.sqrt(squares / freedom / blocks.length)) / meanBrought
  const value = meanSpent / meanBrought
  // No cost is below 0, however few the blocks.
  const least = Math.min(...spent) >= 0 ? 0 : Number.NEGATIVE_INFINITY
  return { value, low: Math.max(least, value - margin), high: value + margin, replicates: blocks.length }
}

/**
 * mean(a) / mean(b) of independent positive replicates (blocks, or the means of publishes). The interval is made for the
 * logarithm, whose squared error is the sum of the two relative ones, and with Welch's degrees of freedom.
 * Of two samples taken at the same publishes it is too wide, as what they share would cancel: right for A against A.
 */
export function ratioOfMeans(a: readonly number[], b: readonly number[]): IntervalEstimate {
  const replicates = Math.min(a.length, b.length)
  needs(2, 'replicates on each side', replicates)
  if (!(mean(a) > 0 && mean(b) > 0)) throw new RangeError(`needs means above 0, got ${mean(a)} and ${mean(b)}`)
  const value = mean(a) / mean(b)
  const [ofA, ofB] = [squaredError(a) / mean(a) ** 2, squaredError(b) / mean(b) ** 2]
  if (ofA + ofB === 0) return { value, low: value, high: value, replicates }
  const freedom = (ofA + ofB) ** 2 / (ofA ** 2 / (a.length - 1) + ofB ** 2 / (b.length - 1))
  const factor = Math.exp(studentT(freedom) * Math.sqrt(ofA + ofB))
  return { value, low: value / factor, high: value * factor, replicates }
}

/**
 * The slope of the least-squares line through (x, y), with Student's interval: from n − 2 degrees of freedom, so that three
 * points are needed. Noise that does not grow with x widens the interval; a constant that all points share does not matter.
 */
export function slope(points: readonly (readonly [x: number, y: number])[]): IntervalEstimate {
  needs(3, 'points', points.length)
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const [centreX, centreY] = [mean(xs), mean(ys)]
  const spread = xs.reduce((sum, x) => sum + (x - centreX) ** 2, 0)
  if (spread === 0) throw new RangeError('needs points at more than one x')
  const value = points.reduce((sum, [x, y]) => sum + (x - centreX) * (y - centreY), 0) / spread
  const squares = points.reduce((sum, [x, y]) => sum + (y - centreY - value * (x - centreX)) ** 2, 0)
  const freedom = points.length - 2
  const margin = studentT(freedom) * Math.sqrt(squares / freedom / spread)
  return { value, low: value - margin, high: value + margin, replicates: points.length }
}

/**
 * The two-sided 95 % point of Student's t. Below 5 degrees of freedom from the table, a fraction rounded down to the safe
 * side; from 5 on Fisher's series, right to 2 in 10⁴.
 */
function studentT(freedom: number): number {
  const tabulated = [12.7062, 4.3027, 3.1824, 2.7764][Math.floor(freedom + 1e-9) - 1]
  if (tabulated !== undefined) return tabulated
  const z = 1.959964
  return [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ].reduce((sum, term, power) => sum + term / freedom ** power, 0)
}

/** What two transports cost at one rate; all above 0. */
export interface CurvePoint {
  ratePerS: number
  a: number
  b: number
}

/**
 * The lowest rate at which the cheaper one becomes the dearer, null if it never does within the rates measured. Between two
 * rates each curve is taken for a power of the rate, a line on log-log paper, as cost = c/λ is.
 */
export function crossingPerS(curves: readonly CurvePoint[]): number | null {
  needs(1, 'rate', curves.length)
  const lowest = Math.min(...curves.flatMap(({ ratePerS, a, b }) => [ratePerS, a, b]))
  if (!(lowest > 0)) throw new RangeError(`needs rates and costs above 0, got ${lowest}`)
  const points = curves
    .map(({ ratePerS, a, b }) => ({ at: Math.log(ratePerS), gap: Math.log(a / b) }))
    .sort((one, other) => one.at - other.at)
  // Where the curves only touch, nothing changes: points at which they are equal count when the sign is another after them.
  const unequal = points.filter(({ gap }) => gap !== 0)
  for (const [index, right] of unequal.entries()) {
    const left = unequal[index - 1]
    if (!left || left.gap * right.gap > 0) continue
    const equal = points.find(({ at, gap }) => gap === 0 && at > left.at && at < right.at)
    return Math.exp(equal?.at ?? left.at + ((right.at - left.at) * left.gap) / (left.gap - right.gap))
  }
  return null
}

/**
 * How many replicates it takes for a quantile to have an upper bound at all: the largest of n is above it with 1 − shareⁿ,
 * whatever the distribution. 299 for p99, 59 for p95.
 */
export function replicatesForUpperBound(share: number): number {
  if (!(share > 0 && share < 1)) throw new RangeError(`needs a share between 0 and 1, got ${share}`)
  return Math.ceil(Math.log(0.05) / Math.log(share))
}
