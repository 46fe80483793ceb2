import type { RoomObserver } from '../log/delivery-observer.ts'
import { full } from '../errors/store-errors.ts'
import { Room } from './room.ts'
import type { Store } from './room-store.ts'

/** Rooms by name. The first request creates a room. At the limit, the oldest idle room is released for a new one. */
export class Rooms {
  readonly #rooms = new Map<string, Room>()
  readonly #store: Store
  readonly #maxRooms: number
  #isClosed = false
  /** Also used by rooms that are created later. */
  observer: RoomObserver | undefined

  constructor(store: Store, maxRooms: number) {
    this.#store = store
    this.#maxRooms = maxRooms
  }

  get size(): number {
    return this.#rooms.size
  }
  get isClosed(): boolean {
    return this.#isClosed
  }
  get all(): Iterable<Room> {
    return this.#rooms.values()
  }

  /** A room that exists at this server. */
  find(name: string): Room | undefined {
    return this.#rooms.get(name)
  }

  /** The room with this name, created if needed. @throws DomainError `full` if no further room is allowed and none is idle */
  get(name: string): Room {
    const known = this.#rooms.get(name)
    if (known) return known
    if (this.#rooms.size >= this.#maxRooms) this.#releaseOne()
    const room = new Room(this.#store.room(name), () => this.observer)
    this.#rooms.set(name, room)
    return room
  }

  /** Ends all waits of readers, in every room. */
  close(): void {
    this.#isClosed = true
    for (const room of this.#rooms.values()) room.close()
  }

  #releaseOne(): void {
    for (const [name, room] of this.#rooms) {
      if (!room.isIdle) continue
      room.close()
      this.#rooms.delete(name)
      return
    }
    throw full(`there are ${this.#maxRooms} rooms, and each is in use`, this.#maxRooms)
  }
}
