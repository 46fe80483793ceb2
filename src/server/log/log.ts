import type { Batch, Cursor, RoomEvent } from '../../protocol.ts'

type WithoutStamp<E> = E extends RoomEvent ? Omit<E, 'seq' | 'at'> : never
/** An event before the log has given it its place. */
export type Entry = WithoutStamp<RoomEvent>

export interface Appended {
  event: RoomEvent
  /** false: an event with this id was stored before, and `event` is that one. */
  isNew: boolean
}

/** A reader that has nothing to read now. */
export interface Waiter {
  /** The log has grown, or was closed. Called as long as it waits, once per turn of the event loop at the most. */
  wake(): void
}

/**
 * A room's events in their one order. The log keeps no queue for a reader: a reader that is woken reads what follows its
 * own cursor, and a slow reader does not wait here and costs nothing.
 */
export interface Log {
  /** Settles once the event is stored. The same id again, within the retained window, is not stored again. */
  append(entry: Entry): Promise<Appended>
  /** The event with this id, if the retained window holds it. */
  find(id: string): Promise<RoomEvent | null>
  /**
   * Whether it is known what follows `cursor`: true at once if no other server writes, or if this server has read as far.
   * Otherwise settles with true once it has, or once the store has said that there is no such cursor; with false after
   * `ms`, when the reader is over or when the log closes, if nothing could be learnt. Never rejects.
   */
  catchUpTo(cursor: Cursor, ms: number, reader: { readonly isOver: boolean }): true | Promise<boolean>
  /**
   * What follows `cursor`, at once: at most LIMITS.batchEvents events, with `more` when there are others behind them.
   * With null the retained history; with a cursor that does not lie in the retained window of this epoch the same and
   * `reset`. The answer is shared between readers and must not be changed.
   */
  read(cursor: Cursor | null): Batch
  /** Wakes `waiter` at each change from now on. It reads first: what was appended before is not told. */
  wait(waiter: Waiter): void
  stopWaiting(waiter: Waiter): void
  /** The position behind the last event. */
  readonly head: Cursor
  /** Number of waiters. */
  readonly waiting: number
  readonly isClosed: boolean
  /** Wakes all waiters. What is stored stays readable. */
  close(): void
}
