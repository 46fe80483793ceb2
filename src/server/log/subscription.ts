import type { Cursor } from '../../protocol.ts'
import { encode, EncodedBatch } from './encoded-batch.ts'
import { HoldQueue, type Hold } from './hold-queue.ts'
import type { Log, Waiter } from './log.ts'
import type { RoomObserver } from './delivery-observer.ts'

/** Who reads a log, and until when. */
export interface Reader {
  /** null for a reader who sees only what is meant for everybody. */
  readonly memberId: string | null
  /** The connection has ended, from whichever side. */
  readonly isOver: boolean
  /** Told once when it ends. */
  endListener: { readerEnded(): void } | null
  readonly observer?: RoomObserver | undefined
}

/** Where a subscription's batches go: a stream or a socket. */
export interface Sink {
  /** Sends a batch. False when the connection is full: call `resume` of the subscription when it has room again. */
  write(batch: EncodedBatch): boolean
  /** Nothing more comes: the reader is over, or the log is closed. */
  end(): void
}

/** Who asked for one batch. */
export interface PendingAnswer {
  /** Called once: with the batch, or null when nothing happened. */
  answer(batch: EncodedBatch | null): void
  /** The read begins to wait. */
  startHold(): void
}

/** ms after which a subscription asks again whether its first cursor is known, while the store is away. */
const RETRY_MS = 20_000

/** The next batch with something for this reader, or the empty one at the head. Pages with nothing for it are passed. */
function readVisible(log: Log, reader: Reader, cursor: Cursor | null): EncodedBatch {
  let batch = encode(log.read(cursor)).visibleTo(reader.memberId)
  while (batch.batch.more && !mustDeliver(cursor, batch)) {
    batch = encode(log.read(batch.cursor)).visibleTo(reader.memberId)
  }
  return batch
}

/** There is something to say: the first read is an answer even if the room is empty, and so is a reset. */
const mustDeliver = (cursor: Cursor | null, { batch }: EncodedBatch): boolean =>
  batch.events.length > 0 || cursor === null || batch.reset === true

function reportDelivery(reader: Reader, cursor: Cursor | null, { batch }: EncodedBatch): void {
  reader.observer?.batchDelivered(batch, cursor !== null && !batch.reset && !batch.more)
}

/**
 * Batches for as long as the reader stays and the log is open. The log wakes it by a plain call; it then pulls what follows
 * its own cursor. While its connection is full it does not wait in the log: a slow reader gets fewer and bigger batches.
 */
export class Subscription implements Waiter {
  readonly #log: Log
  readonly #reader: Reader
  readonly #sink: Sink
  #cursor: Cursor | null
  /** The position that the reader was told last. */
  #sentCursor: Cursor | null
  #state: 'starting' | 'open' | 'full' | 'over' = 'starting'

  constructor(log: Log, reader: Reader, cursor: Cursor | null, sink: Sink) {
    this.#log = log
    this.#reader = reader
    this.#sink = sink
    this.#cursor = cursor
    this.#sentCursor = cursor
    reader.endListener = this
    // The client may have gone while the store was asked who it is.
    if (reader.isOver) this.#end()
    else this.#start()
  }

  get isFull(): boolean {
    return this.#state === 'full'
  }

  /** The connection has room again. */
  resume(): void {
    if (this.#state === 'full') this.#open()
  }

  /**
   * The position of a quiet reader, if it moved past events that are not for this reader; else null. Without being told, the
   * reader would come back with a cursor that is too old in a room full of private messages.
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

  /** Another server may have given out the first cursor, and this one not have read as far yet: that is no reset. */
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

/** One read that waits until there is something to say. */
class HeldRead implements Waiter, Hold {
  readonly #log: Log
  readonly #reader: Reader
  readonly #pendingAnswer: PendingAnswer
  readonly #startCursor: Cursor
  #cursor: Cursor
  readonly #waitMs: number
  deadline = 0
  previous: Hold | null = null
  next: Hold | null = null

  constructor(log: Log, reader: Reader, first: Cursor, cursor: Cursor, waitMs: number, pending: PendingAnswer) {
    this.#log = log
    this.#reader = reader
    this.#startCursor = first
    this.#cursor = cursor
    this.#pendingAnswer = pending
    this.#waitMs = waitMs
    holdQueue.add(this, waitMs)
    reader.endListener = this
    log.wait(this)
  }

  readerEnded(): void {
    this.expire()
  }

  wake(): void {
    const batch = readVisible(this.#log, this.#reader, this.#cursor)
    if (mustDeliver(this.#cursor, batch)) {
      reportDelivery(this.#reader, this.#cursor, batch)
      this.#answer(batch)
    } else if (this.#log.isClosed) {
      this.expire()
    } else {
      this.#cursor = batch.cursor
    }
  }

  expire(): void {
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
 * Answers once, with the next batch for a reader, at most `waitMs` later: at once when there is something to say or nothing
 * to wait for. 0 ms is a short poll, a hold is a long poll.
 *
 * A batch without events says that the position moved past events which are not for this reader.
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
  first: Cursor | null,
  waitMs: number,
  pending: PendingAnswer,
): void {
  const batch = readVisible(log, reader, first)
  if (first === null || mustDeliver(first, batch)) {
    reportDelivery(reader, first, batch)
    pending.answer(batch)
  } else if (waitMs <= 0 || reader.isOver || log.isClosed) {
    pending.answer(batch.cursor === first ? null : batch)
  } else {
    pending.startHold()
    new HeldRead(log, reader, first, batch.cursor, waitMs, pending)
  }
}

/**
 * The whole history that a new reader is shown, if it reaches back to `cursor`; else what follows the cursor, a page at a
 * time, so that nothing is left out. null when nothing happened since.
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
