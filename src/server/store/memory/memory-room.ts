import type { Appended, Entry } from '../../log/log.ts'
import type { WindowOptions } from '../../log/window.ts'
import type { MemberOptions } from '../../room/member-store.ts'
import type { Membership } from '../../room/membership.ts'
import type { StoredRoom } from '../../room/room-store.ts'
import { MemoryLog } from './memory-log.ts'
import { MemoryMembers } from './memory-members.ts'

/**
 * A room in the memory of this process. It is a class because of the memory: for an object literal with getters, V8 makes a new
 * hidden class each time. Such a hidden class keeps its room until the next full garbage collection, and each request for an
 * unknown room makes a room.
 */
export class MemoryRoom implements StoredRoom {
  readonly log: MemoryLog
  readonly members: MemoryMembers

  constructor(options: WindowOptions & MemberOptions) {
    this.log = new MemoryLog(options)
    this.members = new MemoryMembers(this.log, options)
  }

  get canBeReleased(): boolean {
    return this.members.size === 0
  }
  get isStored(): boolean {
    return this.log.hasEvents
  }
  get hasMessages(): boolean {
    return this.log.hasMessages
  }

  async append(author: Membership, entry: Entry): Promise<Appended> {
    this.members.recordOf(author)
    return this.log.append(entry)
  }

  open(): null {
    return null
  }

  close(): void {
    this.log.release()
  }
}
