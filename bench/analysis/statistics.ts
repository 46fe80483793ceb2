import {
  cliffsDelta,
  clusterBootstrap,
  pairedDifferences,
  type Clusters,
  type Interval,
  type Resampling,
} from '../../src/models/statistics.ts'
import type { Comparison } from '../report/schema.ts'

export * from '../../src/models/statistics.ts'

/** @param difference the interval of a − b; where it contains 0, neither is better. */
export function verdict(difference: Interval): Comparison['verdict'] {
  if (difference.high < 0) return 'a is lower'
  if (difference.low > 0) return 'b is lower'
  return 'no difference shown'
}

/** The three things to be said of two transports that were measured at once. */
export function comparePaired(a: Clusters, b: Clusters, resampling: Resampling) {
  const medianDifference = clusterBootstrap(pairedDifferences(a, b), resampling)
  return { medianDifference, cliffsDelta: cliffsDelta(a.flat(), b.flat()), verdict: verdict(medianDifference) }
}
