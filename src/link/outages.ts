/**
 * An outage that recurs: during the last `forMs` of every `everyMs`, counted from `start`. The phases are kept, so that
 * late timers do not add up.
 */
export class RecurringOutage {
  readonly #begin: (untilMs: number) => void
  #timer: NodeJS.Timeout | undefined

  /** `begin` is told the end of the outage on performance.now()'s clock. */
  constructor(begin: (untilMs: number) => void) {
    this.#begin = begin
  }

  /** Replaces what was going on; null stops it. */
  start(everyMs: number | null, forMs: number): void {
    this.stop()
    if (everyMs !== null) this.#next(performance.now() + everyMs, everyMs, forMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #next(untilMs: number, everyMs: number, forMs: number): void {
    this.#timer = setTimeout(
      () => {
        this.#begin(untilMs)
        this.#next(untilMs + everyMs, everyMs, forMs)
      },
      untilMs - forMs - performance.now(),
    )
  }
}
