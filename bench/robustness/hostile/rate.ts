import { setTimeout as sleep } from 'node:timers/promises'

/** Limits what a client uses in each second: bytes, or new connections. */
export class Rate {
  readonly #perMs: number
  /** When all that was taken so far is used up at this rate, by performance.now(). */
  #freeAt = performance.now()

  constructor(perS: number) {
    this.#perMs = perS / 1000
  }

  /** Settles when so much may be used. */
  async take(count: number): Promise<void> {
    const now = performance.now()
    this.#freeAt = Math.max(this.#freeAt, now) + count / this.#perMs
    const waitMs = this.#freeAt - now
    // Timers of Node have a resolution of 1 ms.
    if (waitMs >= 1) await sleep(waitMs)
  }
}
