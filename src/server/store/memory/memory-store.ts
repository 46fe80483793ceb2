import { MemoryRoom } from './memory-room.ts'
import type { MemberOptions } from '../../room/member-store.ts'
import type { Store, StoredRoom } from '../../room/room-store.ts'
import type { WindowOptions } from '../../log/window.ts'

/** Rooms in the memory of this process: they need no other program, and end with the process. */
export class MemoryStore implements Store {
  readonly #options: WindowOptions & MemberOptions

  constructor(options: WindowOptions & MemberOptions) {
    this.#options = options
  }

  room(): StoredRoom {
    return new MemoryRoom(this.#options)
  }

  isReady(): Promise<boolean> {
    return Promise.resolve(true)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
