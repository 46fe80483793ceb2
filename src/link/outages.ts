import { Alarm } from './alarm.ts'

/**
 * A recurring outage: the last `forMs` of every `everyMs`, counted from `start`. Each period begins where the last one was due
 * to end, so delays of alarms do not add up.
 */
export class RecurringOutage {
  readonly #alarm: Alarm
  #untilMs = 0
  #everyMs = 0
  #forMs = 0

  /** `begin` gets the end of the outage, on performance.now()'s clock. */
  constructor(begin: (untilMs: number) => void) {
    this.#alarm = new Alarm(() => {
      const untilMs = this.#untilMs
      this.#schedule(untilMs + this.#everyMs)
      begin(untilMs)
    })
  }

  /** Replaces the current schedule; null stops it. */
  start(everyMs: number | null, forMs: number): void {
    this.stop()
    if (everyMs === null) return
    this.#everyMs = everyMs
    this.#forMs = forMs
    this.#schedule(performance.now() + everyMs)
  }

  stop(): void {
    this.#alarm.clear()
  }

  #schedule(untilMs: number): void {
    this.#untilMs = untilMs
    this.#alarm.setTo(untilMs - this.#forMs)
  }
}
