import type { Log } from '../log/log.ts'
import type { MemberStore } from './member-store.ts'

/** A room as it is kept: the log of what is said in it, and who is there. */
export interface StoredRoom {
  readonly log: Log
  readonly members: MemberStore
  /** null once it can be used; before that, what settles when it can. @throws DomainError `store-away` */
  open(): Promise<void> | null
  /** Nothing would be lost if this process let go of it now. */
  readonly canBeReleased: boolean
  close(): void
}

/** Where rooms are kept. */
export interface Store {
  room(name: string): StoredRoom
  /** Told of each round trip to it, in ms, where there is one. */
  onRoundTrip?: ((ms: number) => void) | undefined
  /** Whether it answers. */
  isReady(): Promise<boolean>
  /** When all rooms are closed. */
  close(): Promise<void>
}
