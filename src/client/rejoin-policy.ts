import type { Problem } from '../protocol.ts'
import { backoffMs } from './backoff.ts'

/**
 * When a member joins again automatically after the server has ended its membership. `when-forgotten`: after an end that the
 * member did not ask for. Its lease ran out, a restarted server does not know the token, or the token of an earlier visit has
 * expired. `always`: also when the member has left by another connection.
 */
export type Rejoin = 'never' | 'when-forgotten' | 'always'

/** Decides whether a member joins again automatically. */
export class RejoinPolicy {
  /** The member has asked the server to end this membership. */
  isEndAsked = false
  /** This membership has received events: its token was valid. */
  hasHeard = false
  readonly #rejoin: Rejoin
  /** Memberships that began automatically, since one has received events. */
  #inVain = 0
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
    this.#inVain = 0
  }

  /** The server has ended the membership. @returns ms until it joins again; null for not at all */
  ended({ status, reason }: Problem): number | null {
    // It joins for any reason, so it must not repeat without a pause.
    if (this.#rejoin === 'always') return backoffMs(this.#memberships)
    const isForgotten = status === 401 || (status === 410 && (reason === 'lease' || !this.hasHeard))
    if (this.#rejoin === 'never' || !isForgotten || this.isEndAsked) return null
    // A server may restart several times in a row, so it does not give up, and must not repeat without a pause.
    return this.#inVain++ === 0 ? 0 : backoffMs(this.#inVain)
  }
}
