import type { Cell } from '../report/schema.ts'

/** Beyond these a cell is shown with its reasons, after at most two more tries, and never dropped. */
export const LIMITS = {
  /** share of one core that the busiest load process may use */
  generatorUtilisation: 0.7,
  /** ms by which the publisher may be late, p99 */
  publisherLagP99Ms: 2,
  /** share of the polls that were due */
  scheduledShare: 0.98,
  /** cores that somebody else may keep busy */
  foreignCores: 0.25,
  /** ms by which a transport may seem to differ from itself: whose turn is first in the fan-out cannot be evened out */
  ownDifferenceMs: 0.02,
  /** share of the time that a host above this machine may take */
  stealShare: 0.05,
} as const

export interface Suspicions {
  counts: Cell['counts']
  generator: Cell['generator']
  foreignCores: number
  stealShare: number
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`

/** Why a cell does not say what it seems to say. Without a reason it is valid. */
export function reasonsAgainst({ counts, generator, foreignCores, stealShare }: Suspicions): string[] {
  const reasons: string[] = []
  const lost = counts.expected - counts.delivered
  if (lost > 0) reasons.push(`void: ${lost} of ${counts.expected} deliveries did not come`)
  if (lost < 0) reasons.push(`void: ${-lost} deliveries more than there can be`)
  if (counts.twice > 0) reasons.push(`void: ${counts.twice} deliveries came twice`)
  if (counts.outOfOrder > 0) reasons.push(`void: ${counts.outOfOrder} deliveries came out of order`)
  if (generator.utilisation > LIMITS.generatorUtilisation) {
    reasons.push(`the load generator was at ${percent(generator.utilisation)} of a core: it may be what was measured`)
  }
  if ((generator.publisherLagP99Ms ?? 0) > LIMITS.publisherLagP99Ms) {
    reasons.push(`the publisher was late: p99 ${generator.publisherLagP99Ms?.toFixed(1)} ms`)
  }
  if ((generator.scheduledShare ?? 1) < LIMITS.scheduledShare) {
    reasons.push(`only ${percent(generator.scheduledShare ?? 0)} of the polls that were due were sent`)
  }
  if (foreignCores > LIMITS.foreignCores) reasons.push(`other processes kept ${foreignCores.toFixed(2)} cores busy`)
  if (stealShare > LIMITS.stealShare) reasons.push(`the host took ${percent(stealShare)} of the time away`)
  return reasons
}
