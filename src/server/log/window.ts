import { LIMITS, type Batch, type Cursor, type RoomEvent } from '../../protocol.ts'
import type { Waiter } from './log.ts'

/** Batches that are kept, one per position at which readers stand. In a quiet room a client may try all positions. */
const MAX_BATCHES = 64

/** What the batches for no cursor, and for one that is not readable, are kept under. No cursor looks like these. */
const HISTORY = 'history'
const RESET = 'reset'

export interface WindowOptions {
  /** Events for a reader without a cursor. */
  historyEvents: number
  /** Events that can be read by cursor, and the reach of deduplication. */
  retainEvents: number
}

/** The retained events of one epoch in this process, and the readers that wait for more. */
export class Window {
  readonly #options: WindowOptions
  readonly #onDrop: (events: readonly RoomEvent[]) => void
  #epoch: string
  /** `#events[i]` has the seq `#dropped + i + 1`. */
  #events: RoomEvent[] = []
  #dropped = 0
  #head: Cursor
  readonly #waiters = new Set<Waiter>()
  /** What was read since the last event, by cursor. Most readers stand at the same few positions. */
  readonly #batches = new Map<Cursor, Batch>()
  #isWakeScheduled = false
  #isClosed = false

  /** @param onDrop told of events that are not retained any more */
  constructor(epoch: string, options: WindowOptions, onDrop: (events: readonly RoomEvent[]) => void = () => undefined) {
    this.#epoch = epoch
    this.#head = this.#cursorAt(0)
    this.#options = options
    this.#onDrop = onDrop
  }

  get head(): Cursor {
    return this.#head
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
    this.#onHeadChange()
  }

  /** Begins again, in an epoch, with events whose last one has the seq `headSeq`. */
  restart(epoch: string, events: readonly RoomEvent[], headSeq: number): void {
    this.#epoch = epoch
    this.#events = [...events]
    this.#dropped = headSeq - events.length
    this.#onHeadChange()
  }

  /** False for a cursor of another epoch, and for one that is ahead of the head. */
  hasReached(cursor: Cursor): boolean {
    if (cursor === this.#head || this.#batches.has(cursor)) return true
    const [epoch, digits] = cursor.split('.')
    return epoch === this.#epoch && Number(digits) <= this.headSeq
  }

  /** As `Log.read`. */
  read(cursor: Cursor | null): Batch {
    const cached = this.#batches.get(cursor ?? HISTORY)
    if (cached) return cached
    if (cursor === null) return this.#cacheBatch(HISTORY, this.#history())
    const seq = this.#seqOf(cursor)
    if (seq !== null) return this.#cacheBatch(cursor, this.#batchAfter(seq))
    return this.#batches.get(RESET) ?? this.#cacheBatch(RESET, { ...this.read(null), reset: true })
  }

  /** As `Log.wait`. */
  wait(waiter: Waiter): void {
    this.#waiters.add(waiter)
  }

  stopWaiting(waiter: Waiter): void {
    this.#waiters.delete(waiter)
  }

  close(): void {
    this.#isClosed = true
    this.#wakeAll()
  }

  #history(): Batch {
    return this.#batchAfter(Math.max(this.#oldestReadable, this.headSeq - this.#options.historyEvents))
  }

  #batchAfter(seq: number): Batch {
    const start = seq - this.#dropped
    const events = this.#events.slice(start, start + LIMITS.batchEvents)
    const reachedSeq = seq + events.length
    if (reachedSeq === this.headSeq) return { cursor: this.#head, events }
    return { cursor: this.#cursorAt(reachedSeq), events, more: true }
  }

  #cacheBatch(cursor: Cursor, batch: Batch): Batch {
    if (this.#batches.size === MAX_BATCHES) this.#batches.clear()
    this.#batches.set(cursor, batch)
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
    const dropped = this.#events.splice(0, this.#events.length - retainEvents)
    this.#dropped += dropped.length
    this.#onDrop(dropped)
  }

  /** Wakes once per turn of the event loop: readers then take all of the turn's events in one batch and one write. */
  #onHeadChange(): void {
    this.#head = this.#cursorAt(this.headSeq)
    this.#batches.clear()
    if (this.#isWakeScheduled || this.#waiters.size === 0) return
    this.#isWakeScheduled = true
    setImmediate(() => {
      this.#isWakeScheduled = false
      this.#wakeAll()
    })
  }

  /**
   * The waiter that was first goes to the end, so that each takes every place in turn: with many readers, the last one is
   * served noticeably later.
   */
  #wakeAll(): void {
    const [first] = this.#waiters
    if (first === undefined) return
    this.#waiters.delete(first)
    this.#waiters.add(first)
    for (const waiter of this.#waiters) waiter.wake()
  }
}
