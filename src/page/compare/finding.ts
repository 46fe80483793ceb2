import type { RunRow } from './run-result.ts'

/** A row with both figures. */
export type MeasuredRow = RunRow & { bytesPerMessage: number; p50Ms: number; p95Ms: number }

export const measuredRows = (rows: readonly RunRow[]): MeasuredRow[] =>
  rows.filter((row): row is MeasuredRow => row.bytesPerMessage !== null && row.p50Ms !== null && row.p95Ms !== null)

/** The profile that all rows have; null for various profiles. */
export function commonProfile(rows: readonly RunRow[]): string | null {
  const [first] = rows
  return first && rows.every(({ profile }) => profile === first.profile) ? first.profile : null
}

/** Medians this close are equal: the clocks are compared to about a millisecond, and arrivals are random. */
const isAsQuick = (ms: number, leastMs: number): boolean => ms <= leastMs * 1.1 + 2

/** What a run says about the choice between few bytes and little delay. */
export type Finding =
  | { type: 'none' }
  /** The lightest transport is also one of the quickest. */
  | { type: 'both'; lightest: MeasuredRow }
  /** `quickest`: the lightest of the quickest transports. */
  | { type: 'trade'; lightest: MeasuredRow; quickest: MeasuredRow }

export function findingOf(rows: readonly RunRow[]): Finding {
  const byBytes = measuredRows(rows).toSorted((a, b) => a.bytesPerMessage - b.bytesPerMessage)
  const [lightest] = byBytes
  const leastMs = Math.min(...byBytes.map(({ p50Ms }) => p50Ms))
  const quickest = byBytes.find(({ p50Ms }) => isAsQuick(p50Ms, leastMs))
  if (byBytes.length < 2 || !lightest || !quickest) return { type: 'none' }
  return lightest === quickest ? { type: 'both', lightest } : { type: 'trade', lightest, quickest }
}
