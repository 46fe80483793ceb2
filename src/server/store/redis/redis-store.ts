import type { MemberOptions } from '../../room/member-store.ts'
import { DomainError } from '../../errors/domain-error.ts'
import type { Store, StoredRoom } from '../../room/room-store.ts'
import type { WindowOptions } from '../../log/window.ts'
import { Connection, type Logger } from './connection.ts'
import { RedisRoom } from './redis-room.ts'
import { RoomReplica } from './room-replica.ts'
import { RedisLog } from './redis-log.ts'
import { RedisMembers, renewalMs } from './redis-members.ts'
import { Tail } from './tail.ts'

export interface RedisOptions extends WindowOptions, MemberOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  url: string
  /** Every key begins with this. */
  prefix: string
}

/** Rooms in Redis. Any request of any member may go to any server that uses the same Redis. */
export class RedisStore implements Store {
  readonly #connection: Connection
  readonly #tail: Tail
  readonly #options: RedisOptions
  readonly #log: Logger
  readonly #openRooms = new Set<RedisMembers>()
  readonly #timer: NodeJS.Timeout
  #renewing: Promise<void> | null = null

  private constructor(connection: Connection, options: RedisOptions, log: Logger) {
    this.#connection = connection
    this.#log = log
    this.#options = options
    this.#tail = new Tail(connection, `${options.prefix}:`)
    const renew = () => void (this.#renewing ??= this.#renewLeases().finally(() => (this.#renewing = null)))
    this.#timer = setInterval(renew, renewalMs(options.leaseMs)).unref()
  }

  /** Settles while Redis is away, too. @throws Error if Redis refuses this server, as for a wrong password */
  static async open(options: RedisOptions, log: Logger): Promise<RedisStore> {
    return new RedisStore(await Connection.open(options.url, log), options, log)
  }

  set onRoundTrip(listener: ((ms: number) => void) | undefined) {
    this.#connection.onRoundTrip = listener
  }

  room(name: string): StoredRoom {
    const { prefix } = this.#options
    const replica = new RoomReplica(this.#connection, this.#tail, `${prefix}:{${name}}:`, this.#options)
    const log = new RedisLog(replica, this.#options)
    const members = new RedisMembers(replica, this.#options)
    this.#openRooms.add(members)
    return new RedisRoom(replica, log, members, () => this.#openRooms.delete(members))
  }

  isReady(): Promise<boolean> {
    return this.#connection.isReady()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#renewing
    this.#tail.close()
    this.#connection.close()
  }

  /** One command for each open room. */
  async #renewLeases(): Promise<void> {
    const results = await Promise.allSettled([...this.#openRooms].map((members) => members.renewLeases()))
    for (const { reason } of results.filter((result) => result.status === 'rejected')) {
      if (!(reason instanceof DomainError)) this.#log.warn({ error: String(reason) }, 'leases were not renewed')
    }
  }
}
