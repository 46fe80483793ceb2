/** Number of tokens that are remembered. */
const MAX_TOKENS = 10_000

/** Digests of the last tokens whose members have left: for these the answer is 410 and not 401. */
export class RevokedTokens {
  readonly #digests = new Set<string>()

  has(tokenDigest: string): boolean {
    return this.#digests.has(tokenDigest)
  }

  add(tokenDigest: string): void {
    this.#digests.add(tokenDigest)
    const [oldest] = this.#digests
    if (this.#digests.size > MAX_TOKENS && oldest !== undefined) this.#digests.delete(oldest)
  }
}
