import { median } from '../analysis/statistics.ts'
import { LIMITS } from '../rig/validity.ts'
import type { SliceResult } from './generator/slice.ts'
import type { PeerCell } from './report/schema.ts'

/** Above this share of the time the load generator may be the bottleneck. */
export const MOST_BUSY = 0.95

interface Seen {
  counts: PeerCell['counts']
  /** Of the closed loop only: in the open loop the generator mostly waits. */
  slices: readonly SliceResult[]
  errors: readonly string[]
  firstFailure: string
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

/** A cell is void unless every message reached every reader once and in order. */
export function doubtsAbout({ counts, slices, errors, firstFailure }: Seen): PeerCell['validity'] {
  const faults = [
    ...(counts.published === 0 ? ['void: nothing was published'] : []),
    ...(counts.lost > 0 ? [`void: ${counts.lost} of ${counts.expected} deliveries did not come`] : []),
    ...(counts.twice > 0 ? [`void: ${counts.twice} deliveries came twice`] : []),
    ...(counts.outOfOrder > 0 ? [`void: ${counts.outOfOrder} deliveries came out of order`] : []),
    ...(counts.refused > 0 ? [`void: ${counts.refused} posts were refused`] : []),
    ...(counts.failures > 0 ? [`void: ${counts.failures} readers failed: ${firstFailure}`] : []),
    ...errors.map((error) => `void: ${error}`),
  ]
  const of = (pick: (slice: SliceResult) => number) => (slices.length === 0 ? 0 : median(slices.map(pick)))
  const busy = of(({ generatorBusy }) => generatorBusy)
  const foreign = of(({ foreignCores }) => foreignCores)
  const steal = of(({ stealShare }) => stealShare)
  const doubts = [
    ...(busy > MOST_BUSY ? [`the load generator was busy for ${percent(busy)}: it may be what was measured`] : []),
    ...(foreign > LIMITS.foreignCores ? [`other processes kept ${foreign.toFixed(2)} cores busy`] : []),
    ...(steal > LIMITS.stealShare ? [`the host took ${percent(steal)} of the time away`] : []),
  ]
  const reasons = [...faults, ...doubts]
  return { isVoid: faults.length > 0, valid: reasons.length === 0, reasons }
}
