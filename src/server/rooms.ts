import type { Log } from './log.ts'
import { problems } from './problem.ts'
import { Room, type RoomOptions } from './room.ts'

export interface RoomsOptions extends RoomOptions {
  maxRooms: number
}

/** Rooms by name. A room comes to be when somebody looks into it; at the cap, idle ones make way, the oldest first. */
export class Rooms {
  readonly #rooms = new Map<string, Room>()
  readonly #options: RoomsOptions
  readonly #makeLog: (room: string) => Log
  #isClosed = false

  constructor(options: RoomsOptions, makeLog: (room: string) => Log) {
    this.#options = options
    this.#makeLog = makeLog
  }

  get size(): number {
    return this.#rooms.size
  }
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** @throws 503 when there are as many rooms as there may be and somebody is in each */
  get(name: string): Room {
    const known = this.#rooms.get(name)
    if (known) return known
    if (this.#rooms.size >= this.#options.maxRooms) this.#releaseOne()
    const room = new Room(this.#makeLog(name), this.#options)
    this.#rooms.set(name, room)
    return room
  }

  /** Answers everybody who waits, in every room. */
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
    const { maxRooms } = this.#options
    throw problems.full(`there are ${maxRooms} rooms, and somebody is in each`, { limit: maxRooms })
  }
}
