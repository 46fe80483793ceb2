import type { Problem } from '../protocol.ts'
import { backoffMs } from './backoff.ts'

/**
 * When a member joins again by itself after the server has ended its membership. `when-forgotten`: a restarted server does
 * not know the token, or a token from an earlier visit is out of date. `always`: also when its lease ran out.
 */
export type Rejoin = 'never' | 'when-forgotten' | 'always'

/** Decides whether a member joins again by itself. */
export class RejoinPolicy {
  /** The member has asked the server to end this membership. */
  isEndAsked = false
  /** This membership has been brought events: its token was good. */
  hasHeard = false
  readonly #rejoin: Rejoin
  /** Joined again by itself, and not brought any events since. */
  #isUnderWay = false
  #memberships = 0

  constructor(rejoin: Rejoin) {
    this.#rejoin = rejoin
  }

  /** A membership begins. `isEndAsked`: the first drafts that it sends ask for its end. */
  began(isEndAsked: boolean): void {
    this.isEndAsked = isEndAsked
    this.hasHeard = false
    this.#memberships += 1
  }

  heard(): void {
    this.hasHeard = true
    this.#isUnderWay = false
  }

  /** The server has ended the membership. @returns after how many ms to join again; null for not at all */
  ended({ status }: Problem): number | null {
    // It happens whatever the reason, so it must not happen at once for ever.
    if (this.#rejoin === 'always') return backoffMs(this.#memberships)
    // Never twice without events in between.
    const isForgotten = status === 401 || (status === 410 && !this.hasHeard)
    if (this.#rejoin === 'never' || !isForgotten || this.#isUnderWay || this.isEndAsked) return null
    this.#isUnderWay = true
    return 0
  }
}
