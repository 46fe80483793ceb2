import type { ClaimVerdict, Guess } from './lesson.ts'
import type { Settings } from './parameters.ts'
import type { Point } from './point.ts'
import type { Conditions } from './run-context.ts'
import type { DeliveryCheck, Judgement, Noise } from './verdict.ts'

/** A run of a lesson that is over. */
export interface LessonResult extends Judgement {
  /** Id of the lesson. */
  lesson: string
  /** ms since the epoch. */
  at: number
  durationMs: number
  settings: Settings
  guess: Guess | null
  conditions: Conditions
  points: readonly Point[]
  noise: Noise
  delivery: DeliveryCheck | null
  claim: ClaimVerdict
}
