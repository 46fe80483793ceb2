import { METRICS, type Metric, type Sample } from './samples.ts'

/** The first third is warming up: caches and histories fill. */
const WARM_UP = 1 / 3
/**
 * A metric is flat when it grows by at most this over the run, or by this share of its median. Engine.IO keeps timers of up to
 * 40 s for a closed session, which are more at the end of a short run than at its begin. Clients that change their transports have
 * 60 to 110 connections.
 */
const SPARE: Record<Metric, number> = { 'heap bytes': 3e6, descriptors: 20, handles: 20, timers: 300, listeners: 5 }
const SPARE_SHARE = 0.1

export interface Trend {
  metric: Metric
  /** Units per minute: the median of the slopes between all pairs of samples (Theil 1950, Sen 1968). */
  perMinute: number
  median: number
  isFlat: boolean
}

/** The trend of each metric after the warm-up. Needs samples at two or more times. */
export function trendsOf(samples: readonly Sample[]): Trend[] {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP))
  const minutes = ((warm.at(-1)?.atMs ?? 0) - (warm[0]?.atMs ?? 0)) / 60_000
  return METRICS.map((metric) => {
    const slopes = warm.flatMap((a, i) =>
      warm.slice(i + 1).map((b) => ((b[metric] - a[metric]) / (b.atMs - a.atMs)) * 60_000),
    )
    const perMinute = medianOf(slopes)
    const median = medianOf(warm.map((sample) => sample[metric]))
    const isFlat = perMinute * minutes <= Math.max(SPARE[metric], median * SPARE_SHARE)
    return { metric, perMinute, median, isFlat }
  })
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
