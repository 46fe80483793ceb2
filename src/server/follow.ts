import type { Batch, Cursor, RoomEvent } from '../protocol.ts'
import type { Log } from './log.ts'

/** Whose eyes a log is read with, and until when. */
export interface Reader {
  /** null: somebody who sees only what is meant for all. */
  readonly memberId: string | null
  readonly signal: AbortSignal
}

/**
 * The next batch for a reader, at most `waitMs` later. This is the one step that every transport takes, once or over and
 * over: 0 is a short poll, a hold is a long poll, a beat is a stream.
 *
 * null when nothing happened. A batch without events says that the position moved past events which are not for this
 * reader: without it, a quiet reader's cursor would grow too old in a room full of private talk.
 *
 * @param onWait called when there is nothing to say yet, and time left to wait in
 */
export async function nextBatch(
  log: Log,
  reader: Reader,
  cursor: Cursor | null,
  waitMs: number,
  onWait?: () => void,
): Promise<Batch | null> {
  const deadline = performance.now() + waitMs
  let at = cursor
  for (;;) {
    const batch = visibleTo(reader.memberId, log.read(at))
    if (at === null || batch.reset || batch.events.length > 0) return batch
    const leftMs = deadline - performance.now()
    if (leftMs <= 0 || reader.signal.aborted || log.isClosed) return batch.cursor === cursor ? null : batch
    at = batch.cursor
    onWait?.()
    await log.changed(at, leftMs, reader.signal)
  }
}

/**
 * Batches for as long as the reader stays and the log is open; null after each `beatMs` in which nothing happened. The
 * next one is read when the last one is delivered: so a slow reader gets fewer and bigger batches.
 */
export async function follow(
  log: Log,
  reader: Reader,
  cursor: Cursor | null,
  beatMs: number,
  deliver: (batch: EncodedBatch | null) => Promise<void>,
): Promise<void> {
  while (!reader.signal.aborted && !log.isClosed) {
    const batch = await nextBatch(log, reader, cursor, beatMs)
    if (batch) cursor = batch.cursor
    await deliver(batch && encode(batch))
  }
}

/**
 * The whole window that somebody new is shown, if it reaches back to `cursor`; else what follows it, a page at a time, so
 * that nothing is left out. null when nothing happened since.
 */
export function snapshot(log: Log, reader: Reader, cursor: Cursor | null): Batch | null {
  const window = log.read(null)
  if (cursor === null) return visibleTo(reader.memberId, window)
  const missed = log.read(cursor)
  if (missed.cursor === cursor) return null
  const before = window.events.length - missed.events.length
  if (missed.reset || missed.more || window.more || before < 0) return visibleTo(reader.memberId, missed)
  const visible = visibleTo(reader.memberId, window)
  const fresh = visibleTo(reader.memberId, missed).events.length
  const known = visible.events.length - fresh
  return known > 0 ? { ...visible, known } : visible
}

/** The same batch, where everything in it is for everybody: so that readers can share what it was encoded to. */
function visibleTo(memberId: string | null, batch: Batch): Batch {
  const isVisible = (event: RoomEvent) =>
    event.type !== 'message' || !event.to || event.from.id === memberId || event.to.id === memberId
  return batch.events.every(isVisible) ? batch : { ...batch, events: batch.events.filter(isVisible) }
}

export interface EncodedBatch {
  json: string
  cursor: Cursor
  /** Those that the reader did not have. */
  events: number
  /** Ids of those among them. */
  messages: readonly string[]
  /** UTF-8 bytes of all text within, had or not: what crosses the wire. */
  textBytes: number
}

const encoded = new WeakMap<Batch, EncodedBatch>()

/** Encodes a batch once, for all readers that stand at the same cursor. */
export function encode(batch: Batch): EncodedBatch {
  let result = encoded.get(batch)
  if (!result) {
    const messages = batch.events.filter((event) => event.type === 'message')
    const fresh = batch.events.slice(batch.known)
    result = {
      json: JSON.stringify(batch),
      cursor: batch.cursor,
      events: fresh.length,
      messages: fresh.filter(({ type }) => type === 'message').map(({ id }) => id),
      textBytes: messages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    }
    encoded.set(batch, result)
  }
  return result
}
