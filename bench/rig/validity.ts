import type { Cell } from '../report/schema.ts'

/** A cell beyond these limits is repeated at most twice, then reported with its reasons, and never dropped. */
export const LIMITS = {
  /** share of one core that the busiest load process may use */
  generatorUtilisation: 0.7,
  /** ms, p99 of the publisher's delay */
  publisherLagP99Ms: 2,
  /** least share of the scheduled polls that must be sent */
  scheduledShare: 0.98,
  /** cores that other processes may keep busy */
  foreignCores: 0.25,
  /** ms by which a transport may differ from itself: the order of the fan-out cannot be balanced completely */
  ownDifferenceMs: 0.02,
  /** share of the time that the hypervisor may take */
  stealShare: 0.05,
} as const

export interface CellConditions {
  counts: Cell['counts']
  generator: Cell['generator']
  foreignCores: number
  stealShare: number
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`

/** The reasons why a cell is not valid; empty for a valid cell. */
export function reasonsAgainst({ counts, generator, foreignCores, stealShare }: CellConditions): string[] {
  const reasons: string[] = []
  const lost = counts.expected - counts.delivered
  if (lost > 0) reasons.push(`void: ${lost} of ${counts.expected} deliveries are missing`)
  if (lost < 0) reasons.push(`void: ${-lost} more deliveries than possible`)
  if (counts.twice > 0) reasons.push(`void: ${counts.twice} deliveries are duplicates`)
  if (counts.outOfOrder > 0) reasons.push(`void: ${counts.outOfOrder} deliveries are out of order`)
  if (generator.utilisation > LIMITS.generatorUtilisation) {
    reasons.push(`the load generator used ${percent(generator.utilisation)} of a core and may have limited the result`)
  }
  if ((generator.publisherLagP99Ms ?? 0) > LIMITS.publisherLagP99Ms) {
    reasons.push(`the publisher was late: p99 ${generator.publisherLagP99Ms?.toFixed(1)} ms`)
  }
  if ((generator.scheduledShare ?? 1) < LIMITS.scheduledShare) {
    reasons.push(`only ${percent(generator.scheduledShare ?? 0)} of the scheduled polls were sent`)
  }
  if (foreignCores > LIMITS.foreignCores) reasons.push(`other processes kept ${foreignCores.toFixed(2)} cores busy`)
  if (stealShare > LIMITS.stealShare) reasons.push(`the hypervisor took ${percent(stealShare)} of the time`)
  return reasons
}
