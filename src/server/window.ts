import { LIMITS, type Batch, type Cursor, type RoomEvent } from '../protocol.ts'

/** Places at which readers stand, for each of which a batch is kept with its text: in a quiet room somebody may try all. */
const MOST_BATCHES = 64

export interface WindowOptions {
  /** Events for a reader that comes without a cursor. */
  historyEvents: number
  /** Events that can be read by cursor, and the reach of deduplication. */
  retainEvents: number
}

/** The part of a log that is read from: the retained events of one epoch in this process, and whoever waits for more. */
export class Window {
  readonly #options: WindowOptions
  readonly #onDrop: (events: readonly RoomEvent[]) => void
  #epoch: string
  /** `#events[i]` has the seq `#dropped + i + 1`. */
  #events: RoomEvent[] = []
  #dropped = 0
  readonly #waiters = new Set<() => void>()
  /** What was asked for since the last event, by the seq that it follows: readers mostly stand at the same places. */
  readonly #batches = new Map<number, Batch>()
  #isWaking = false
  #isClosed = false

  /** @param onDrop told of events that are not retained any more */
  constructor(epoch: string, options: WindowOptions, onDrop: (events: readonly RoomEvent[]) => void = () => undefined) {
    this.#epoch = epoch
    this.#options = options
    this.#onDrop = onDrop
  }

  get head(): Cursor {
    return this.#cursorAt(this.headSeq)
  }
  get headSeq(): number {
    return this.#dropped + this.#events.length
  }
  get waiting(): number {
    return this.#waiters.size
  }
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Takes the event that follows the head. */
  push(event: RoomEvent): void {
    this.#events.push(event)
    this.#trim()
    this.#batches.clear()
    this.#wakeSoon()
  }

  /** Begins anew, in an epoch, with events whose last one has the seq `headSeq`. */
  restart(epoch: string, events: readonly RoomEvent[], headSeq: number): void {
    this.#epoch = epoch
    this.#events = [...events]
    this.#dropped = headSeq - events.length
    this.#batches.clear()
    this.#wakeSoon()
  }

  /** False for a cursor of another epoch, and for one that is ahead of the head. */
  knows(cursor: Cursor): boolean {
    const [epoch, digits] = cursor.split('.')
    return epoch === this.#epoch && Number(digits) <= this.headSeq
  }

  /** As `Log.read`. */
  read(cursor: Cursor | null): Batch {
    const seq = cursor === null ? null : this.#seqOf(cursor)
    if (seq !== null) return this.#batchAfter(seq)
    const history = this.#batchAfter(Math.max(this.#oldestReadable, this.headSeq - this.#options.historyEvents))
    return cursor === null ? history : { ...history, reset: true }
  }

  /** As `Log.changed`. */
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
      batch = { cursor: this.#cursorAt(reached), events, ...(reached < this.headSeq ? { more: true } : {}) }
      if (this.#batches.size === MOST_BATCHES) this.#batches.clear()
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
    return epoch === this.#epoch && seq >= this.#oldestReadable && seq <= this.headSeq ? seq : null
  }

  get #oldestReadable(): number {
    return Math.max(this.#dropped, this.headSeq - this.#options.retainEvents)
  }

  /** Drops half of a doubled window at once: dropping one event at each append would move the whole array each time. */
  #trim(): void {
    const { retainEvents } = this.#options
    if (this.#events.length < 2 * retainEvents) return
    const gone = this.#events.splice(0, this.#events.length - retainEvents)
    this.#dropped += gone.length
    this.#onDrop(gone)
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
