/** A limit of actions in a time. `Infinity` tokens are no limit. */
export interface Rate {
  /** Actions that may follow each other at once, after a pause. */
  readonly burst: number
  /** ms until one more action is allowed. */
  readonly msPerToken: number
}

/**
 * @param count actions in each `perMs`; 0 is no limit
 * @param burstMs the actions of this time may follow each other at once
 */
export const rateOf = (count: number, perMs: number, burstMs: number): Rate =>
  count === 0
    ? { burst: Infinity, msPerToken: 0 }
    : { burst: Math.max(1, (count * burstMs) / perMs), msPerToken: perMs / count }

/** A token bucket: a number and a time. It is full at first, needs no timer, and allocates nothing when it is used. */
export class TokenBucket {
  #tokens: number
  #filledAt: number

  constructor({ burst }: Rate) {
    this.#tokens = burst
    this.#filledAt = performance.now()
  }

  /**
   * Takes a token.
   *
   * @returns 0 when there was one; otherwise the ms after which there is one
   */
  take(rate: Rate): number {
    this.#fill(rate)
    if (this.#tokens < 1) return Math.max(1, Math.ceil((1 - this.#tokens) * rate.msPerToken))
    this.#tokens -= 1
    return 0
  }

  /** A full bucket is the same as a new one. */
  isFull(rate: Rate): boolean {
    this.#fill(rate)
    return this.#tokens === rate.burst
  }

  #fill({ burst, msPerToken }: Rate): void {
    const now = performance.now()
    this.#tokens = burst === Infinity ? burst : Math.min(burst, this.#tokens + (now - this.#filledAt) / msPerToken)
    this.#filledAt = now
  }
}
