/** Tokens of members that left are remembered for a while, so that their holders are told 410 and not 401. */
const REMEMBERED = 10_000

/** Digests of the last tokens whose members have left. */
export class EndedTokens {
  readonly #digests = new Set<string>()

  has(tokenDigest: string): boolean {
    return this.#digests.has(tokenDigest)
  }

  add(tokenDigest: string): void {
    this.#digests.add(tokenDigest)
    const [oldest] = this.#digests
    if (this.#digests.size > REMEMBERED && oldest !== undefined) this.#digests.delete(oldest)
  }
}
