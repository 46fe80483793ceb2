import type { Batch, Cursor, RoomEvent } from '../protocol.ts'

type WithoutStamp<E> = E extends RoomEvent ? Omit<E, 'seq' | 'at'> : never
/** An event before the log has given it its place. */
export type Entry = WithoutStamp<RoomEvent>

export interface Appended {
  event: RoomEvent
  /** false: an event with this id stood there already, and `event` is that one. */
  isNew: boolean
}

/**
 * A room's events, in their one order. There is no `subscribe`: a reader reads, and waits until there is more to read,
 * so the log knows nothing of its readers and a slow one costs it nothing.
 */
export interface Log {
  /** Settles once the event is stored. The same id again, within the retained window, is not stored again. */
  append(entry: Entry): Promise<Appended>
  /** The event with this id, if the retained window holds it. */
  find(id: string): Promise<RoomEvent | null>
  /**
   * Whether it is known what follows `cursor`: true at once where no other server writes, or where this one has read as far.
   * Otherwise settles with true once it has, or once the store has said that there is no such cursor; with false after
   * `ms`, on abort or on close, when nothing could be learnt. Never rejects.
   */
  reach(cursor: Cursor, ms: number, signal: AbortSignal): true | Promise<boolean>
  /**
   * What follows `cursor`, at once: at most LIMITS.batchEvents events, with `more` when there are others behind them.
   * With null the retained history; with a cursor that does not lie in the retained window of this epoch the same and
   * `reset`. The answer is shared between readers and must not be changed.
   */
  read(cursor: Cursor | null): Batch
  /**
   * Settles once `cursor` is not the head, after `ms`, on abort, or on close, whichever is first; at once if one of
   * these is so already: an append between `read` and `changed` cannot be missed. Never rejects. Leaves nothing behind.
   */
  changed(cursor: Cursor, ms: number, signal: AbortSignal): Promise<void>
  /** The position behind the last event. */
  readonly head: Cursor
  /** Readers that wait in `changed` now. */
  readonly waiting: number
  readonly isClosed: boolean
  /** Wakes whoever waits. What is stored stays readable. */
  close(): void
}
