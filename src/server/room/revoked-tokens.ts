import type { LeftReason } from '../../protocol.ts'

/** Number of tokens that are remembered. */
const MAX_TOKENS = 10_000

/** Digests of the last tokens whose members have left: for these the answer is 410 and not 401. */
export class RevokedTokens {
  readonly #digests = new Map<string, LeftReason | undefined>()

  has(tokenDigest: string): boolean {
    return this.#digests.has(tokenDigest)
  }

  /** Why the member of this token has left; undefined if it has not, or if the reason is not known. */
  reasonOf(tokenDigest: string): LeftReason | undefined {
    return this.#digests.get(tokenDigest)
  }

  add(tokenDigest: string, reason?: LeftReason): void {
    this.#digests.set(tokenDigest, reason)
    const [oldest] = this.#digests.keys()
    if (this.#digests.size > MAX_TOKENS && oldest !== undefined) this.#digests.delete(oldest)
  }
}
