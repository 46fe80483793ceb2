/** Calls back when no byte has moved for a given time. Checks only when that time may be over: no work per byte or interval. */
export class IdleWatch {
  readonly #lastMovedMs: () => number
  readonly #idle: () => void
  #timer: NodeJS.Timeout | undefined

  /** `lastMovedMs` is on performance.now()'s clock. */
  constructor(lastMovedMs: () => number, idle: () => void) {
    this.#lastMovedMs = lastMovedMs
    this.#idle = idle
  }

  /** Replaces the time to watch for; null stops watching. */
  watch(idleMs: number | null): void {
    clearTimeout(this.#timer)
    if (idleMs === null) return
    const leftMs = this.#lastMovedMs() + idleMs - performance.now()
    if (leftMs > 0) this.#timer = setTimeout(() => this.watch(idleMs), Math.ceil(leftMs))
    else this.#idle()
  }
}
