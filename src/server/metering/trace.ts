import type { TraceRecord } from '../../meter.ts'

/** Records that wait to be sent: for a member that reads 100 messages per second, some seconds. */
const MAX_PENDING_RECORDS = 1000

/** Records that wait to be sent to a meter connection. When too many wait, the oldest are dropped and counted. */
export class Trace {
  readonly #pending = new Map<number, TraceRecord>()
  readonly #limit: number
  #dropped = 0

  constructor(limit = MAX_PENDING_RECORDS) {
    this.#limit = limit
  }

  /** Adds a new or changed record. */
  add(record: TraceRecord): void {
    this.#pending.set(record.id, record)
    if (this.#pending.size <= this.#limit) return
    const [oldest] = this.#pending.keys()
    if (oldest !== undefined) this.#pending.delete(oldest)
    this.#dropped += 1
  }

  /** Removes and returns the waiting records; null when there are none. */
  drain(): { records: TraceRecord[]; dropped: number } | null {
    if (this.#pending.size === 0) return null
    const records = [...this.#pending.values()]
    const dropped = this.#dropped
    this.#pending.clear()
    this.#dropped = 0
    return { records, dropped }
  }
}
