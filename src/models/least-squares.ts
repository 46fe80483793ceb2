/** One observation: what was measured, and how much of each part it contains. */
export interface Observation {
  parts: readonly number[]
  value: number
}

/**
 * The costs of the parts, none below 0, whose sum is closest to the values. Squared errors count in proportion to 1 / value, as the
 * variance of a count grows with the count: so a large load, which is what a prediction is for, counts more than a small one. A part
 * whose cost would be negative is left out and gets 0; a part that no observation contains gets 0 too.
 *
 * @throws RangeError without observations, or with a value that is not above 0
 */
export function fitCosts(observations: readonly Observation[]): number[] {
  const first = observations[0]
  if (!first) throw new RangeError('a fit needs at least one observation')
  for (const { value } of observations) {
    if (!(value > 0)) throw new RangeError(`a fit needs values above 0, got ${value}`)
  }
  const rows = observations.map(({ parts, value }) => parts.map((part) => part / Math.sqrt(value)))
  const targets = observations.map(({ value }) => Math.sqrt(value))
  const scale = first.parts.map((_, column) => Math.hypot(...rows.map((row) => row[column] ?? 0)))
  const costs = first.parts.map(() => 0)
  let used = costs.map((_, column) => column).filter((column) => (scale[column] ?? 0) > 0)
  while (used.length > 0) {
    const fitted = solve(rows, targets, used, scale)
    const lowest = Math.min(...fitted)
    if (lowest >= 0) {
      for (const [i, column] of used.entries()) costs[column] = (fitted[i] ?? 0) / (scale[column] ?? 1)
      return costs
    }
    used = used.filter((_, i) => fitted[i] !== lowest)
  }
  return costs
}

/** An observation of this multiple of what the others predict is left out. */
const OUTLIER = 1.3
/**
 * An observation that has this multiple of a part of all others is never left out: the others say nothing about so large a load, and
 * it alone may show what a prediction is for.
 */
const BEYOND = 2.5
/** The part of the observations that may be left out. */
const MAX_OUTLIERS = 0.25

/**
 * The observations without those that cost much more than the others predict: compilations, collections of garbage and busy
 * neighbours only add to a cost. The largest is left out first, and the rest decides about the next.
 */
export function withoutOutliers(observations: readonly Observation[]): readonly Observation[] {
  let kept = observations
  for (let left = Math.floor(observations.length * MAX_OUTLIERS); left > 0; left--) {
    const ratios = kept.map(({ parts, value }, i) => {
      const others = kept.filter((_, other) => other !== i)
      const isBeyond = parts.some((part, column) => others.every((other) => part > BEYOND * (other.parts[column] ?? 0)))
      return isBeyond ? 0 : value / predicted(fitCosts(others), parts)
    })
    const largest = Math.max(...ratios)
    if (!(largest > OUTLIER)) break
    kept = kept.filter((_, i) => ratios[i] !== largest)
  }
  return kept
}

const predicted = (costs: readonly number[], parts: readonly number[]): number =>
  parts.reduce((sum, part, i) => sum + part * (costs[i] ?? 0), 0)

/** What `fitCosts` minimises. */
export function errorOf(costs: readonly number[], observations: readonly Observation[]): number {
  return observations.reduce((total, { parts, value }) => {
    return total + (predicted(costs, parts) - value) ** 2 / value
  }, 0)
}

/** Keeps the equations solvable when two parts always occur together: both then share the cost. */
const RIDGE = 1e-6

/** The normal equations of the used columns, by Gaussian elimination. */
function solve(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  used: readonly number[],
  scale: readonly number[],
): number[] {
  const column = (index: number) => rows.map((row) => (row[index] ?? 0) / (scale[index] ?? 1))
  const columns = used.map(column)
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)
  const matrix = columns.map((a, i) => [...columns.map((b, j) => dot(a, b) + (i === j ? RIDGE : 0)), dot(a, targets)])
  for (const [i, pivot] of matrix.entries()) {
    for (const row of matrix.slice(i + 1)) {
      const factor = (row[i] ?? 0) / (pivot[i] ?? 1)
      for (const [j, entry] of pivot.entries()) row[j] = (row[j] ?? 0) - factor * entry
    }
  }
  const result = used.map(() => 0)
  for (let i = used.length - 1; i >= 0; i--) {
    const row = matrix[i] ?? []
    const rest = result.reduce((sum, x, j) => (j > i ? sum + x * (row[j] ?? 0) : sum), 0)
    result[i] = ((row[used.length] ?? 0) - rest) / (row[i] ?? 1)
  }
  return result
}
