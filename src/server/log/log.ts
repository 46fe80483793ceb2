import type { Batch, Cursor, RoomEvent } from '../../protocol.ts'

type WithoutStamp<E> = E extends RoomEvent ? Omit<E, 'seq' | 'at'> : never
/** An event before the log has assigned its seq and time. */
export type Entry = WithoutStamp<RoomEvent>

export interface Appended {
  event: RoomEvent
  /** false: an event with this id was stored before, and `event` is the stored event. */
  isNew: boolean
}

/** A reader that waits for events. */
export interface Waiter {
  /** Members are woken first. */
  readonly isMember: boolean
  /** Reads more than once. */
  readonly isStream: boolean
  /** Called when the log has grown or was closed, while the waiter waits, at most once per turn of the event loop. */
  wake(): void
}

/**
 * A room's events in one total order. The log keeps no queue per reader: a woken reader reads the events after its own
 * cursor. A slow reader does not wait here and costs nothing.
 */
export interface Log {
  /** Settles once the event is stored. An id within the retained window is not stored a second time. */
  append(entry: Entry): Promise<Appended>
  /** The event with this id, if the retained window holds it. */
  find(id: string): Promise<RoomEvent | null>
  /**
   * Whether this server knows the events after `cursor`. True at once if no other server writes, or if this server has read
   * as far. Otherwise settles with true once this server has read as far, or once the store reports that the cursor does not
   * exist. Settles with false if the store does not answer within `ms`, before the reader ends, or before the log closes.
   * Never rejects.
   */
  catchUpTo(cursor: Cursor, ms: number, reader: { readonly isOver: boolean }): true | Promise<boolean>
  /**
   * Returns the events after `cursor` without waiting: at most LIMITS.batchEvents events and LIMITS.batchBytes of JSON,
   * with `more` when others follow.
   * null reads the retained history. A cursor outside the retained window of this epoch reads the same history with `reset`.
   * Readers share the returned batch, and must not change it.
   */
  read(cursor: Cursor | null): Batch
  /** Wakes `waiter` at each change from now on. Earlier events do not wake it: the waiter reads them itself. */
  wait(waiter: Waiter): void
  stopWaiting(waiter: Waiter): void
  /** The cursor after the last event. */
  readonly head: Cursor
  /** Number of waiters. */
  readonly waiting: number
  readonly isClosed: boolean
  /** Wakes all waiters. Stored events stay readable. */
  close(): void
}
