import type { Problem } from '../protocol.ts'
import { backoffMs } from './backoff.ts'

/**
 * When a member joins again automatically after the server has ended its membership. `when-forgotten`: a restarted server
 * does not know the token, or the token of an earlier visit has expired. `always`: also when the lease ran out.
 */
export type Rejoin = 'never' | 'when-forgotten' | 'always'

/** Decides whether a member joins again automatically. */
export class RejoinPolicy {
  /** The member has asked the server to end this membership. */
  isEndAsked = false
  /** This membership has received events: its token was valid. */
  hasHeard = false
  readonly #rejoin: Rejoin
  /** Joined again automatically, and has received no events since. */
  #isUnderWay = false
  #memberships = 0

  constructor(rejoin: Rejoin) {
    this.#rejoin = rejoin
  }

  /** A membership begins. `isEndAsked`: its first drafts contain a close command. */
  began(isEndAsked: boolean): void {
    this.isEndAsked = isEndAsked
    this.hasHeard = false
    this.#memberships += 1
  }

  heard(): void {
    this.hasHeard = true
    this.#isUnderWay = false
  }

  /** The server has ended the membership. @returns ms until it joins again; null for not at all */
  ended({ status }: Problem): number | null {
    // It joins for any reason, so it must not repeat without a pause.
    if (this.#rejoin === 'always') return backoffMs(this.#memberships)
    // Never twice without events in between.
    const isForgotten = status === 401 || (status === 410 && !this.hasHeard)
    if (this.#rejoin === 'never' || !isForgotten || this.#isUnderWay || this.isEndAsked) return null
    this.#isUnderWay = true
    return 0
  }
}
