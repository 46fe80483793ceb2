import type { Appended, Entry, Log } from '../log/log.ts'
import type { MemberStore } from './member-store.ts'
import type { Membership } from './membership.ts'

/** A room as a store keeps it: its log and its members. */
export interface StoredRoom {
  readonly log: Log
  readonly members: MemberStore
  /**
   * Appends an event of a member, while it is one: in one step with that check, so that no event follows the member's `left`.
   *
   * @throws DomainError `member-ended`
   */
  append(author: Membership, entry: Entry): Promise<Appended>
  /**
   * null if the room can be used at once; otherwise settles when it can. Opening a room stores nothing: its first event does.
   *
   * @throws DomainError `store-away`
   */
  open(): Promise<void> | null
  /** Whether the room has events. */
  readonly isStored: boolean
  /** Whether this process can forget the room without ending a membership. */
  readonly canBeReleased: boolean
  /** Whether messages are lost when this process forgets the room. */
  readonly hasMessages: boolean
  close(): void
}

/** Keeps rooms. */
export interface Store {
  room(name: string): StoredRoom
  /** Called after each round trip to the store; a store in memory has none. */
  onRoundTrip?: ((ms: number) => void) | undefined
  /** Whether the store answers. */
  isReady(): Promise<boolean>
  /** To be called once all rooms are closed. */
  close(): Promise<void>
}
