/** Notices that nothing has moved for so long. Looks only when that may be so: no work per byte, nor at intervals. */
export class IdleWatch {
  readonly #lastMovedMs: () => number
  readonly #idle: () => void
  #timer: NodeJS.Timeout | undefined

  /** `lastMovedMs` is on performance.now()'s clock. */
  constructor(lastMovedMs: () => number, idle: () => void) {
    this.#lastMovedMs = lastMovedMs
    this.#idle = idle
  }

  /** Replaces what was watched for; null ends it. */
  watch(idleMs: number | null): void {
    clearTimeout(this.#timer)
    if (idleMs === null) return
    const leftMs = this.#lastMovedMs() + idleMs - performance.now()
    if (leftMs > 0) this.#timer = setTimeout(() => this.watch(idleMs), Math.ceil(leftMs))
    else this.#idle()
  }
}
