import type { IntervalEstimate } from '../../models/statistics.ts'

/** A measured value with its 95 % interval, and what the model says for it. */
export interface Point extends IntervalEstimate {
  /** A transport, or a name of the lesson. */
  series: string
  x: number
  /** For the conditions of this run, with its arrivals where they are known; null where no model says anything. */
  model: number | null
  /** ± around the model: within it, a value agrees. */
  tolerance: number
}
