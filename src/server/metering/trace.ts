import type { TraceRecord } from '../../meter.ts'

/** Records that wait to be told: of a member that reads a hundred messages a second, some seconds. */
const MAX_PENDING_RECORDS = 1000

/** Records on their way to somebody who asked for them. Who does not take them in time loses the oldest, and is told. */
export class Trace {
  readonly #pending = new Map<number, TraceRecord>()
  readonly #limit: number
  #dropped = 0

  constructor(limit = MAX_PENDING_RECORDS) {
    this.#limit = limit
  }

  /** The record is new, or has changed. */
  add(record: TraceRecord): void {
    this.#pending.set(record.id, record)
    if (this.#pending.size <= this.#limit) return
    const [oldest] = this.#pending.keys()
    if (oldest !== undefined) this.#pending.delete(oldest)
    this.#dropped += 1
  }

  /** What there is to tell; null when that is nothing. */
  drain(): { records: TraceRecord[]; dropped: number } | null {
    if (this.#pending.size === 0) return null
    const records = [...this.#pending.values()]
    const dropped = this.#dropped
    this.#pending.clear()
    this.#dropped = 0
    return { records, dropped }
  }
}
