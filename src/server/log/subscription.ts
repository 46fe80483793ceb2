import type { Cursor } from '../../protocol.ts'
import { encode, EncodedBatch } from './encoded-batch.ts'
import { HoldQueue, type Hold } from './hold-queue.ts'
import type { Log, Waiter } from './log.ts'
import type { RoomObserver } from './delivery-observer.ts'

/** A reader of a log. */
export interface Reader {
  /** null for a reader that sees public events only. */
  readonly memberId: string | null
  /** The connection was ended by either side. */
  readonly isOver: boolean
  /** Called once when the reader ends. */
  endListener: { readerEnded(): void } | null
  readonly observer?: RoomObserver | undefined
}

/** Destination of a subscription's batches: a stream or a socket. */
export interface Sink {
  /** Sends a batch. False when the write buffer is full: call `resume` of the subscription when it has drained. */
  write(batch: EncodedBatch): boolean
  /** No batch follows: the reader has ended, or the log is closed. */
  end(): void
}

/** A request for one batch. */
export interface PendingAnswer {
  /** Called once, with the batch, or with null when there is no change. */
  answer(batch: EncodedBatch | null): void
  /** Called when the read starts to wait. */
  startHold(): void
}

/** ms after which a subscription checks its first cursor again while the store is unavailable. */
const RETRY_MS = 20_000

/** The next batch with events that this reader may see, or the empty batch at the head. Pages without such events are skipped. */
function readVisible(log: Log, reader: Reader, cursor: Cursor | null): EncodedBatch {
  let batch = encode(log.read(cursor)).visibleTo(reader.memberId)
  while (batch.batch.more && !mustDeliver(cursor, batch)) {
    batch = encode(log.read(batch.cursor)).visibleTo(reader.memberId)
  }
  return batch
}

/** True for events, for the first read even if the room is empty, and for a reset. */
const mustDeliver = (cursor: Cursor | null, { batch }: EncodedBatch): boolean =>
  batch.events.length > 0 || cursor === null || batch.reset === true

function reportDelivery(reader: Reader, cursor: Cursor | null, { batch }: EncodedBatch): void {
  reader.observer?.batchDelivered(batch, cursor !== null && !batch.reset && !batch.more)
}

/**
 * Sends batches until the reader ends or the log is closed. The log wakes the subscription by a plain call, and the
 * subscription pulls the events after its cursor. While the write buffer is full the subscription does not wait in the log:
 * a slow reader gets fewer and bigger batches.
 */
export class Subscription implements Waiter {
  readonly isStream = true
  readonly #log: Log
  readonly #reader: Reader
  readonly #sink: Sink
  #cursor: Cursor | null
  /** The cursor that was sent to the reader last. */
  #sentCursor: Cursor | null
  #state: 'starting' | 'open' | 'full' | 'over' = 'starting'

  constructor(log: Log, reader: Reader, cursor: Cursor | null, sink: Sink) {
    this.#log = log
    this.#reader = reader
    this.#sink = sink
    this.#cursor = cursor
    this.#sentCursor = cursor
    reader.endListener = this
    // The client may have disconnected while the store looked the member up.
    if (reader.isOver) this.#end()
    else this.#start()
  }

  get isMember(): boolean {
    return this.#reader.memberId !== null
  }

  get isFull(): boolean {
    return this.#state === 'full'
  }

  /** The write buffer has drained. */
  resume(): void {
    if (this.#state === 'full') this.#open()
  }

  /**
   * An empty batch with the new cursor, if the cursor moved past events that this reader may not see since the last sent
   * batch; else null. Without this update, the reader of a room full of private messages would reconnect with a cursor that
   * is too old.
   */
  pullPositionUpdate(): EncodedBatch | null {
    this.wake()
    if (this.#state !== 'open' || this.#cursor === null || this.#cursor === this.#sentCursor) return null
    this.#sentCursor = this.#cursor
    return readVisible(this.#log, this.#reader, this.#cursor)
  }

  readerEnded(): void {
    this.#end()
  }

  wake(): void {
    while (this.#state === 'open') {
      const cursor = this.#cursor
      const batch = readVisible(this.#log, this.#reader, cursor)
      this.#cursor = batch.cursor
      if (mustDeliver(cursor, batch)) {
        reportDelivery(this.#reader, cursor, batch)
        this.#sentCursor = batch.cursor
        if (!this.#sink.write(batch)) this.#pause()
        if (batch.cursor !== this.#log.head) continue
      }
      if (this.#log.isClosed) this.#end()
      return
    }
  }

  /** Another server may have issued the first cursor before this server has read as far: that is not a reset. */
  #start(): void {
    const isKnown = this.#cursor === null || this.#log.catchUpTo(this.#cursor, RETRY_MS, this.#reader)
    if (isKnown === true) this.#open()
    else void isKnown.then((known) => (known || this.#log.isClosed ? this.#open() : this.#start()))
  }

  #open(): void {
    if (this.#state === 'over') return
    this.#state = 'open'
    this.#log.wait(this)
    this.wake()
  }

  #pause(): void {
    if (this.#state !== 'open') return
    this.#state = 'full'
    this.#log.stopWaiting(this)
  }

  #end(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#log.stopWaiting(this)
    this.#sink.end()
  }
}

const holdQueue = new HoldQueue()

/** One read that waits for a batch to deliver. */
class HeldRead implements Waiter, Hold {
  readonly isStream = false
  readonly #log: Log
  readonly #reader: Reader
  readonly #pendingAnswer: PendingAnswer
  readonly #startCursor: Cursor
  #cursor: Cursor
  readonly #waitMs: number
  deadline = 0
  previous: Hold | null = null
  next: Hold | null = null

  constructor(log: Log, reader: Reader, startCursor: Cursor, cursor: Cursor, waitMs: number, pending: PendingAnswer) {
    this.#log = log
    this.#reader = reader
    this.#startCursor = startCursor
    this.#cursor = cursor
    this.#pendingAnswer = pending
    this.#waitMs = waitMs
    holdQueue.add(this, waitMs)
    reader.endListener = this
    log.wait(this)
  }

  get isMember(): boolean {
    return this.#reader.memberId !== null
  }

  readerEnded(): void {
    this.#endHold()
  }

  wake(): void {
    const batch = readVisible(this.#log, this.#reader, this.#cursor)
    if (mustDeliver(this.#cursor, batch)) {
      reportDelivery(this.#reader, this.#cursor, batch)
      this.#answer(batch)
    } else if (this.#log.isClosed) {
      this.#endHold()
    } else {
      this.#cursor = batch.cursor
    }
  }

  expire(): void {
    this.#endHold()
  }

  #endHold(): void {
    this.#answer(this.#cursor === this.#startCursor ? null : readVisible(this.#log, this.#reader, this.#cursor))
  }

  #answer(batch: EncodedBatch | null): void {
    holdQueue.remove(this, this.#waitMs)
    this.#reader.endListener = null
    this.#log.stopWaiting(this)
    this.#pendingAnswer.answer(batch)
  }
}

/**
 * Answers once, with the next batch for a reader, after at most `waitMs`: at once when there is a batch to deliver or when no
 * change can follow. 0 ms is a short poll, a hold is a long poll.
 *
 * A batch without events means that the cursor moved past events that this reader may not see.
 */
export function readNext(
  log: Log,
  reader: Reader,
  cursor: Cursor | null,
  waitMs: number,
  pending: PendingAnswer,
): void {
  const isKnown = cursor === null || log.catchUpTo(cursor, waitMs, reader)
  if (isKnown === true) {
    readAtKnownCursor(log, reader, cursor, waitMs, pending)
    return
  }
  const deadline = performance.now() + waitMs
  void isKnown.then((known) => {
    if (known) readAtKnownCursor(log, reader, cursor, Math.ceil(deadline - performance.now()), pending)
    else pending.answer(null)
  })
}

function readAtKnownCursor(
  log: Log,
  reader: Reader,
  cursor: Cursor | null,
  waitMs: number,
  pending: PendingAnswer,
): void {
  const batch = readVisible(log, reader, cursor)
  if (cursor === null || mustDeliver(cursor, batch)) {
    reportDelivery(reader, cursor, batch)
    pending.answer(batch)
  } else if (waitMs <= 0 || reader.isOver || log.isClosed) {
    pending.answer(batch.cursor === cursor ? null : batch)
  } else {
    pending.startHold()
    new HeldRead(log, reader, cursor, batch.cursor, waitMs, pending)
  }
}

/**
 * The history that a new reader gets, if the history reaches back to `cursor`; else the events after the cursor, one page at
 * a time, so that no event is omitted. null when no event follows the cursor.
 */
export async function readSnapshot(log: Log, reader: Reader, cursor: Cursor | null): Promise<EncodedBatch | null> {
  const isKnown = cursor === null || log.catchUpTo(cursor, 0, reader)
  if (isKnown !== true && !(await isKnown)) return null
  const history = readVisible(log, reader, null)
  if (cursor === null) return history
  const missed = log.read(cursor)
  if (missed.cursor === cursor) return null
  const fresh = encode(missed).visibleTo(reader.memberId)
  const window = log.read(null)
  const reachesBack = window.events.length >= missed.events.length
  if (missed.reset || missed.more || window.more || !reachesBack) return fresh
  const known = history.batch.events.length - fresh.batch.events.length
  return known > 0 ? new EncodedBatch({ ...history.batch, known }) : history
}
