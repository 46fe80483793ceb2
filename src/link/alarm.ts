/**
 * Node's timers overshoot (setTimeout(5) by 1 ms as a rule, by 5 and more at the 99th percentile), so a timer is aimed
 * this much short of the deadline, and the rest is waited for by polling in setImmediate, which lets I/O in between.
 * More does not make it more exact, but costs CPU, and under load its time slice at the wrong moment.
 */
const POLL_MS = 0.8
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** One deadline at a time, met within a fraction of a millisecond and never early. Unset it costs nothing. */
export class Alarm {
  readonly #ring: () => void
  #atMs = Infinity
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(ring: () => void) {
    this.#ring = ring
  }

  /** Replaces the deadline. `atMs` is on performance.now()'s clock; one that has passed rings in the next turn. */
  set(atMs: number): void {
    if (atMs === this.#atMs) return
    this.clear()
    this.#atMs = atMs
    this.#wait()
  }

  clear(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#atMs = Infinity
  }

  readonly #check = (): void => {
    if (performance.now() < this.#atMs) {
      this.#wait()
      return
    }
    this.#atMs = Infinity
    this.#ring()
  }

  #wait(): void {
    const timerMs = Math.floor(this.#atMs - performance.now() - POLL_MS)
    // A timer of 1 ms can take more than 2: it is no help in the last stretch.
    if (timerMs >= 1) this.#timer = setTimeout(this.#check, Math.min(timerMs, LONGEST_TIMER_MS))
    else this.#immediate = setImmediate(this.#check)
  }
}
