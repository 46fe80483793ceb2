import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { Cell } from '../report/schema.ts'
import { quantile } from './statistics.ts'

/** Percentiles of an HDR plot: the steps halve towards 100. */
const PERCENTILES = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 100]
const ECDF_POINTS = 100

/** The distribution of latencies: exact values in ms, and a histogram in µs. */
export function latencyOf(
  latenciesMs: readonly number[],
  from: 'intended' | 'request',
): NonNullable<Cell['latencyMs']> {
  const sorted = [...latenciesMs].sort((a, b) => a - b)
  const at = (share: number) => quantile(sorted, share)
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  })
  for (const ms of sorted) histogram.recordValue(Math.max(0, Math.round(ms * 1000)))
  return {
    from,
    n: sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
    mean: sorted.reduce((total, ms) => total + ms, 0) / sorted.length,
    percentiles: PERCENTILES.map((percentile) => [percentile, at(percentile / 100)]),
    ecdf: Array.from({ length: ECDF_POINTS + 1 }, (_, i) => [at(i / ECDF_POINTS), i / ECDF_POINTS]),
    histogram: encodeIntoCompressedBase64(histogram),
  }
}
