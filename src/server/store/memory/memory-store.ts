import { MemoryLog } from './memory-log.ts'
import { MemoryMembers } from './memory-members.ts'
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
    const log = new MemoryLog(this.#options)
    const members = new MemoryMembers(log, this.#options)
    return {
      log,
      members,
      append: async (author, entry) => {
        members.recordOf(author)
        return log.append(entry)
      },
      open: () => null,
      get canBeReleased() {
        return members.size === 0
      },
      get isStored() {
        return log.hasEvents
      },
      get hasMessages() {
        return log.hasMessages
      },
      close: () => log.release(),
    }
  }

  isReady(): Promise<boolean> {
    return Promise.resolve(true)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
