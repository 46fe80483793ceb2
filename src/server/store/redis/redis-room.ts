import type { Appended, Entry } from '../../log/log.ts'
import type { Membership } from '../../room/membership.ts'
import type { StoredRoom } from '../../room/room-store.ts'
import type { RedisLog } from './redis-log.ts'
import type { RedisMembers } from './redis-members.ts'
import type { RoomReplica } from './room-replica.ts'

/** A room in Redis, which has all of its data. */
export class RedisRoom implements StoredRoom {
  readonly log: RedisLog
  readonly members: RedisMembers
  readonly canBeReleased = true
  readonly hasMessages = false
  readonly #replica: RoomReplica
  readonly #onClose: () => void

  constructor(replica: RoomReplica, log: RedisLog, members: RedisMembers, onClose: () => void) {
    this.#replica = replica
    this.log = log
    this.members = members
    this.#onClose = onClose
  }

  get isStored(): boolean {
    return this.#replica.isStored
  }

  append(author: Membership, entry: Entry): Promise<Appended> {
    return this.log.appendAs(author.member.id, entry, (script, args) => this.members.writeAs(author, script, args))
  }

  open(): Promise<void> | null {
    return this.#replica.open()
  }

  close(): void {
    this.#onClose()
  }
}
