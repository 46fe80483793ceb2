import { Alarm } from './alarm.ts'

/**
 * An outage that recurs: during the last `forMs` of every `everyMs`, counted from `start`. The phases are kept, so that
 * late alarms do not add up.
 */
export class RecurringOutage {
  readonly #alarm: Alarm
  #untilMs = 0
  #everyMs = 0
  #forMs = 0

  /** `begin` is told the end of the outage on performance.now()'s clock. */
  constructor(begin: (untilMs: number) => void) {
    this.#alarm = new Alarm(() => {
      const untilMs = this.#untilMs
      this.#next(untilMs + this.#everyMs)
      begin(untilMs)
    })
  }

  /** Replaces what was going on; null stops it. */
  start(everyMs: number | null, forMs: number): void {
    this.stop()
    if (everyMs === null) return
    this.#everyMs = everyMs
    this.#forMs = forMs
    this.#next(performance.now() + everyMs)
  }

  stop(): void {
    this.#alarm.clear()
  }

  #next(untilMs: number): void {
    this.#untilMs = untilMs
    this.#alarm.set(untilMs - this.#forMs)
  }
}
