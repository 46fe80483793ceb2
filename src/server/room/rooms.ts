import type { RoomObserver } from '../log/delivery-observer.ts'
import { full } from '../errors/store-errors.ts'
import { Room } from './room.ts'
import { RoomRelease } from './room-release.ts'
import type { Store } from './room-store.ts'

/**
 * Rooms by name. Joining creates a room. A reader of a name without a room gets an empty room, which exists as long as it has
 * readers and becomes a room when a member joins. Idle rooms are released, and at the limit one makes way for a new one.
 */
export class Rooms {
  readonly #rooms = new Map<string, Room>()
  /** Empty rooms that only have readers. They do not count, and hold nothing. */
  readonly #visited = new Map<string, Room>()
  readonly #store: Store
  readonly #maxRooms: number
  readonly #release: RoomRelease
  #isClosed = false
  /** Also used by rooms that are created later. */
  observer: RoomObserver | undefined

  /** @param idleMs ms after which a room without members and readers is released */
  constructor(store: Store, maxRooms: number, idleMs: number) {
    this.#store = store
    this.#maxRooms = maxRooms
    this.#release = new RoomRelease(idleMs, (room) => this.#forget(room))
  }

  get size(): number {
    return this.#rooms.size
  }
  get isClosed(): boolean {
    return this.#isClosed
  }
  get all(): Iterable<Room> {
    return [...this.#rooms.values(), ...this.#visited.values()]
  }

  /** A room that exists at this server. */
  find(name: string): Room | undefined {
    return this.#rooms.get(name)
  }

  /** The room with this name, created if needed. @throws DomainError `full` if no further room is allowed and none is idle */
  get(name: string): Room {
    const known = this.#rooms.get(name)
    if (known) return known
    if (this.#rooms.size >= this.#maxRooms) {
      const idle = this.#release.findIdle()
      if (!idle) throw full(`there are ${this.#maxRooms} rooms, and each is in use`, this.#maxRooms)
      this.#forget(idle)
    }
    const room = this.#visited.get(name) ?? this.#create(name)
    this.#visited.delete(name)
    this.#rooms.set(name, room)
    this.#release.watch(room)
    return room
  }

  /**
   * Opens the room with this name for a reader, and creates none. Calls back while the room is in use.
   *
   * @throws DomainError `store-away`
   */
  async visit<T>(name: string, use: (room: Room) => Promise<T>): Promise<T> {
    let room = this.#rooms.get(name) ?? this.#visited.get(name)
    if (!room) this.#visited.set(name, (room = this.#create(name)))
    const visited = room
    return visited.whileInUse(async () => {
      await visited.open()
      // Another server has created it. At the limit it stays a visited room.
      if (visited.isStored && this.#visited.get(name) === visited && this.#hasSpace()) this.get(name)
      return use(visited)
    })
  }

  /** Ends all waits of readers, in every room. */
  close(): void {
    this.#isClosed = true
    this.#release.close()
    for (const room of this.all) room.close()
  }

  #hasSpace(): boolean {
    return this.#rooms.size < this.#maxRooms || this.#release.findIdle() !== null
  }

  #create(name: string): Room {
    const room: Room = new Room(
      name,
      this.#store.room(name),
      () => this.observer,
      () => {
        if (this.#visited.get(name) !== room) return
        this.#visited.delete(name)
        room.close()
      },
    )
    return room
  }

  #forget(room: Room): void {
    room.close()
    this.#release.unwatch(room)
    this.#rooms.delete(room.name)
  }
}
