import { LIMITS, type Batch, type Cursor, type RoomEvent } from '../../protocol.ts'
import { withinBatchBytes } from './batch-bytes.ts'
import { BatchCache } from './batch-cache.ts'
import type { Waiter } from './log.ts'
import { memoryOf, type EventHolder, type LogBudget } from './log-budget.ts'

/** Cache keys of the batch without a cursor and of the batch for an unreadable cursor. No cursor has this form. */
const HISTORY = 'history'
const RESET = 'reset'

/** The cursor before the first event of every epoch: a reader of a room that does not exist yet has no other. */
const ORIGIN: Cursor = '00000000.0'
/** What all rooms without events have in common, so that readers of unknown rooms leave no batches behind. */
const EMPTY: Batch = { cursor: ORIGIN, events: [] }

/** Of the byte limit, the part that stays when events are dropped, so that not every event drops one. */
const KEPT_SHARE = 7 / 8

export interface WindowOptions {
  /** Events for a reader without a cursor. */
  historyEvents: number
  /** Events that can be read by cursor, and among which an id is stored only once. */
  retainEvents: number
  /** Limit of the memory of these events, in bytes. */
  retainBytes: number
  /** The memory of all rooms of this process. */
  budget: LogBudget
}

/**
 * Readers are woken in steps, one in each turn of the event loop. Between two turns the server reads requests, which a room with
 * thousands of readers does not delay. A step has 1,024 readers: smaller steps cost more, since a message that is read between them
 * is written to the first readers separately. Or it has 64 polls of clients without a token, which may be as many as one address
 * likes: each is a whole answer, and its client asks again at once, so that the answers of a larger step return as a flood.
 */
const STEP = 1024
const READER_SHARE = 1
const ANONYMOUS_POLL_SHARE = 16

/** Readers that wait for events. Each change wakes all of them, members before readers without a token. */
class Waiters {
  readonly #members = new Set<Waiter>()
  readonly #others = new Set<Waiter>()
  #streams = 0
  /** Waiters that are still to be woken; null while none is. */
  #pass: Iterator<Waiter, void> | null = null
  #isWakeScheduled = false

  get size(): number {
    return this.#members.size + this.#others.size
  }

  add(waiter: Waiter): void {
    const group = waiter.isMember ? this.#members : this.#others
    if (group.has(waiter)) return
    group.add(waiter)
    if (waiter.isStream) this.#streams += 1
  }

  delete(waiter: Waiter): void {
    const group = waiter.isMember ? this.#members : this.#others
    if (group.delete(waiter) && waiter.isStream) this.#streams -= 1
  }

  /**
   * Wakes all soon, once for all calls until then: readers get all events of this time in one batch and one write. Messages that
   * are posted together are rarely received in one turn of the event loop, so streams wait for a second turn; otherwise the first
   * message would be written to all streams, and then the others. Where only polls wait, one turn is better: a poll that arrives
   * in the second turn would have to wait first, which costs more than an answer at once.
   */
  scheduleWake(): void {
    if (this.#isWakeScheduled || this.size === 0) return
    this.#isWakeScheduled = true
    // A change during a pass is for the next one: the first waiters have read already.
    if (!this.#pass) this.#schedulePass()
  }

  /** Wakes all at once. */
  wake(): void {
    for (const waiter of [...this.#members, ...this.#others]) waiter.wake()
  }

  #schedulePass(): void {
    setImmediate(() => (this.#streams > 0 ? setImmediate(this.#beginPass) : this.#beginPass()))
  }

  readonly #beginPass = (): void => {
    this.#isWakeScheduled = false
    this.#pass = this.#newPass()
    this.#continuePass()
  }

  readonly #continuePass = (): void => {
    for (let done = 0; done < STEP;) {
      const waiter = this.#pass?.next().value
      if (waiter) {
        done += waiter.isStream || waiter.isMember ? READER_SHARE : ANONYMOUS_POLL_SHARE
        waiter.wake()
        continue
      }
      this.#pass = null
      if (this.#isWakeScheduled) this.#schedulePass()
      return
    }
    setImmediate(this.#continuePass)
  };

  /** Those that wait when the pass begins, from its first step on. */
  *#newPass(): Generator<Waiter, void> {
    for (const group of [this.#members, this.#others]) {
      // Waiters rotate: with many readers, the last one is served noticeably later.
      const [first] = group
      if (first === undefined) continue
      group.delete(first)
      group.add(first)
      let left = group.size
      for (const waiter of group) {
        if (left-- === 0) break
        yield waiter
      }
    }
  }
}

/** The retained events of one epoch in this process, and the readers that wait for more. */
export class Window implements EventHolder {
  readonly #options: WindowOptions
  readonly #onDrop: (events: readonly RoomEvent[]) => void
  #epoch: string
  /** `#events[i]` has the seq `#dropped + i + 1`. */
  #events: RoomEvent[] = []
  #dropped = 0
  #bytes = 0
  /** Before the first event. Where a store keeps the epoch, it names it: another server may still have the events of the one before. */
  #origin: Cursor = ORIGIN
  #head: Cursor
  readonly #waiters = new Waiters()
  readonly #batches = new BatchCache()
  #isClosed = false

  /** @param onDrop receives events that are no longer retained */
  constructor(epoch: string, options: WindowOptions, onDrop: (events: readonly RoomEvent[]) => void = () => undefined) {
    this.#epoch = epoch
    this.#head = this.#cursorAt(0)
    this.#options = options
    this.#onDrop = onDrop
    options.budget.add(this)
  }

  get bytes(): number {
    return this.#bytes
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

  /** Appends the event that follows the head. */
  push(event: RoomEvent): void {
    this.#events.push(event)
    const { retainBytes, budget } = this.#options
    const bytes = memoryOf(event)
    this.#bytes += bytes
    this.#trim()
    budget.change(bytes)
    if (this.#bytes > retainBytes) this.#dropBytes(this.#bytes - retainBytes * KEPT_SHARE)
    this.#onHeadChange()
  }

  /** Starts an epoch with these events, the last of which has the seq `headSeq`. */
  restart(epoch: string, events: readonly RoomEvent[], headSeq: number): void {
    this.#epoch = epoch
    this.#origin = `${epoch}.0`
    const { budget } = this.#options
    budget.change(-this.#bytes)
    this.#events = [...events]
    this.#bytes = events.reduce((sum, event) => sum + memoryOf(event), 0)
    this.#dropped = headSeq - events.length
    budget.change(this.#bytes)
    this.#onHeadChange()
  }

  dropHalf(): boolean {
    this.#dropBytes(this.#bytes / 2)
    this.#batches.clear()
    return this.#events.length > 1
  }

  /** False for a cursor of another epoch and for a cursor beyond the head. */
  hasReached(cursor: Cursor): boolean {
    if (cursor === this.#head || cursor === ORIGIN || this.#batches.has(cursor)) return true
    const [epoch, digits] = cursor.split('.')
    return epoch === this.#epoch && Number(digits) <= this.headSeq
  }

  /** See `Log.read`. */
  read(cursor: Cursor | null): Batch {
    const cached = this.#batches.get(cursor ?? HISTORY)
    if (cached) return cached
    if (cursor === null) return this.#cacheBatch(HISTORY, this.#history())
    const seq = this.#seqOf(cursor)
    if (seq !== null) return this.#cacheBatch(cursor, this.#batchAfter(seq))
    return this.#batches.get(RESET) ?? this.#cacheBatch(RESET, { ...this.read(null), reset: true })
  }

  /** See `Log.wait`. */
  wait(waiter: Waiter): void {
    this.#waiters.add(waiter)
  }

  stopWaiting(waiter: Waiter): void {
    this.#waiters.delete(waiter)
  }

  close(): void {
    this.#isClosed = true
    this.#waiters.wake()
  }

  /** The window will not be used again: its memory is free. */
  release(): void {
    this.#options.budget.remove(this)
  }

  #history(): Batch {
    return this.#batchAfter(Math.max(this.#oldestReadable, this.headSeq - this.#options.historyEvents))
  }

  #batchAfter(seq: number): Batch {
    if (this.headSeq === 0) return this.#origin === ORIGIN ? EMPTY : { cursor: this.#origin, events: [] }
    const start = seq - this.#dropped
    const events = withinBatchBytes(this.#events.slice(start, start + LIMITS.batchEvents))
    const reachedSeq = seq + events.length
    if (reachedSeq === this.headSeq) return { cursor: this.#head, events }
    return { cursor: this.#cursorAt(reachedSeq), events, more: true }
  }

  #cacheBatch(cursor: Cursor, batch: Batch): Batch {
    // In all rooms together, cached batches take no more than the budget.
    return this.#batches.add(cursor, batch, this.#bytes + this.#options.budget.spareBytesPerHolder)
  }

  #cursorAt(seq: number): Cursor {
    return seq === 0 ? this.#origin : `${this.#epoch}.${seq}`
  }

  /** null for a cursor of another epoch, before the retained window, or beyond the head. */
  #seqOf(cursor: Cursor): number | null {
    const [epoch, digits] = cursor.split('.')
    const seq = Number(digits)
    const isOfEpoch = epoch === this.#epoch || cursor === ORIGIN
    return isOfEpoch && seq >= this.#oldestReadable && seq <= this.headSeq ? seq : null
  }

  get #oldestReadable(): number {
    return Math.max(this.#dropped, this.headSeq - this.#options.retainEvents)
  }

  /** Drops half of a doubled window at once: dropping one event per append would move the whole array each time. */
  #trim(): void {
    const { retainEvents } = this.#options
    if (this.#events.length < 2 * retainEvents) return
    this.#drop(this.#events.length - retainEvents)
  }

  /** Drops the oldest events until these bytes are free, but not the last event. */
  #dropBytes(bytes: number): void {
    let count = 0
    for (let freed = 0; freed < bytes && count < this.#events.length - 1; count++) {
      const event = this.#events[count]
      if (event) freed += memoryOf(event)
    }
    if (count > 0) this.#drop(count)
  }

  #drop(count: number): void {
    const dropped = this.#events.splice(0, count)
    const bytes = dropped.reduce((sum, event) => sum + memoryOf(event), 0)
    this.#dropped += count
    this.#bytes -= bytes
    this.#options.budget.change(-bytes)
    this.#onDrop(dropped)
  }

  #onHeadChange(): void {
    this.#head = this.#cursorAt(this.headSeq)
    this.#batches.clear()
    this.#waiters.scheduleWake()
  }
}
