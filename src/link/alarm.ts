/**
 * Node's timers fire late (setTimeout(5) by 1 ms usually, by 5 ms and more at the 99th percentile). So the timer is set this much
 * before the deadline, and setImmediate polls for the rest, with I/O in between. A longer poll is not more exact, but costs
 * CPU, and under load the process loses its time slice at the wrong moment.
 */
const POLL_MS = 0.8
const MAX_TIMER_MS = 2 ** 31 - 1

/** One deadline at a time, met within a fraction of a millisecond and never early. Without a deadline it costs nothing. */
export class Alarm {
  readonly #onDue: () => void
  #atMs = Infinity
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(onDue: () => void) {
    this.#onDue = onDue
  }

  /** Replaces the deadline. `atMs` is on performance.now()'s clock; a time in the past fires in the next turn. */
  setTo(atMs: number): void {
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
    this.#onDue()
  }

  #wait(): void {
    const timerMs = Math.floor(this.#atMs - performance.now() - POLL_MS)
    // A timer of 1 ms can take more than 2 ms: too long for the last part.
    if (timerMs >= 1) this.#timer = setTimeout(this.#check, Math.min(timerMs, MAX_TIMER_MS))
    else this.#immediate = setImmediate(this.#check)
  }
}
