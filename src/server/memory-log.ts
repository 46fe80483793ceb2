import { randomBytes } from 'node:crypto'
import { LIMITS, type Batch, type Cursor, type RoomEvent } from '../protocol.ts'
import type { Appended, Entry, Log } from './log.ts'

export interface MemoryLogOptions {
  /** Events for a reader that comes without a cursor. */
  historyEvents: number
  /** Events that can be read by cursor, and the reach of deduplication. */
  retainEvents: number
}

/** A log that lasts as long as the process. Its epoch is random, so that a cursor of another process is told apart. */
export class MemoryLog implements Log {
  readonly #epoch = randomBytes(4).toString('hex')
  readonly #options: MemoryLogOptions
  /** `#events[i]` has the seq `#dropped + i + 1`. */
  #events: RoomEvent[] = []
  #dropped = 0
  readonly #byId = new Map<string, RoomEvent>()
  readonly #waiters = new Set<() => void>()
  /** What was asked for since the last append, by the seq that it follows: readers mostly stand at the same places. */
  readonly #batches = new Map<number, Batch>()
  #isWaking = false
  #isClosed = false

  constructor(options: MemoryLogOptions) {
    this.#options = options
  }

  get head(): Cursor {
    return this.#cursorAt(this.#headSeq)
  }
  get waiting(): number {
    return this.#waiters.size
  }
  get isClosed(): boolean {
    return this.#isClosed
  }
  get #headSeq(): number {
    return this.#dropped + this.#events.length
  }

  append(entry: Entry): Promise<Appended> {
    const known = this.#byId.get(entry.id)
    if (known) return Promise.resolve({ event: known, isNew: false })
    const event: RoomEvent = { ...entry, seq: this.#headSeq + 1, at: Date.now() }
    this.#events.push(event)
    this.#byId.set(event.id, event)
    this.#trim()
    this.#batches.clear()
    this.#wakeSoon()
    return Promise.resolve({ event, isNew: true })
  }

  find(id: string): Promise<RoomEvent | null> {
    return Promise.resolve(this.#byId.get(id) ?? null)
  }

  read(cursor: Cursor | null): Batch {
    const seq = cursor === null ? null : this.#seqOf(cursor)
    if (seq !== null) return this.#batchAfter(seq)
    const history = this.#batchAfter(Math.max(this.#dropped, this.#headSeq - this.#options.historyEvents))
    return cursor === null ? history : { ...history, reset: true }
  }

  changed(cursor: Cursor, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isClosed || signal.aborted || ms <= 0 || cursor !== this.head) return Promise.resolve()
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', settle)
        this.#waiters.delete(settle)
        resolve()
      }
      const timer = setTimeout(settle, ms)
      signal.addEventListener('abort', settle)
      this.#waiters.add(settle)
    })
  }

  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  #batchAfter(seq: number): Batch {
    let batch = this.#batches.get(seq)
    if (!batch) {
      const start = seq - this.#dropped
      const events = this.#events.slice(start, start + LIMITS.batchEvents)
      const reached = seq + events.length
      batch = { cursor: this.#cursorAt(reached), events, ...(reached < this.#headSeq ? { more: true } : {}) }
      this.#batches.set(seq, batch)
    }
    return batch
  }

  #cursorAt(seq: number): Cursor {
    return `${this.#epoch}.${seq}`
  }

  /** null for a cursor of another epoch, from before the retained window, or from the future. */
  #seqOf(cursor: Cursor): number | null {
    const [epoch, digits] = cursor.split('.')
    const seq = Number(digits)
    return epoch === this.#epoch && seq >= this.#oldestReadable && seq <= this.#headSeq ? seq : null
  }

  get #oldestReadable(): number {
    return Math.max(this.#dropped, this.#headSeq - this.#options.retainEvents)
  }

  /** Drops half of a doubled window at once: dropping one event at each append would move the whole array each time. */
  #trim(): void {
    const { retainEvents } = this.#options
    if (this.#events.length < 2 * retainEvents) return
    const gone = this.#events.splice(0, this.#events.length - retainEvents)
    this.#dropped += gone.length
    for (const { id } of gone) this.#byId.delete(id)
  }

  /** Once per turn of the event loop: readers then take all of the turn's events in one batch and one write. */
  #wakeSoon(): void {
    if (this.#isWaking || this.#waiters.size === 0) return
    this.#isWaking = true
    setImmediate(() => {
      this.#isWaking = false
      this.#wake()
    })
  }

  /**
   * Who was first the last time is last this time. Readers come back in the order in which they were woken, so each takes
   * every place in turn: with many readers, the last one's turn comes noticeably later.
   */
  #wake(): void {
    const [first, ...rest] = this.#waiters
    for (const settle of rest) settle()
    first?.()
  }
}
