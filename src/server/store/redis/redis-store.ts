import type { MemberOptions } from '../../room/member-store.ts'
import { DomainError } from '../../errors/domain-error.ts'
import type { Store, StoredRoom } from '../../room/room-store.ts'
import type { WindowOptions } from '../../log/window.ts'
import { Connection } from './connection.ts'
import { RoomReplica } from './room-replica.ts'
import type { Logger } from './logger.ts'
import { RedisLog } from './redis-log.ts'
import { RedisMembers, renewalMs } from './redis-members.ts'
import { Tail } from './tail.ts'

export interface RedisOptions extends WindowOptions, MemberOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  url: string
  /** What every key begins with. */
  prefix: string
}

/** Rooms in Redis: any request of any member may go to any server that uses the same one. */
export class RedisStore implements Store {
  readonly #connection: Connection
  readonly #tail: Tail
  readonly #options: RedisOptions
  readonly #log: Logger
  readonly #open = new Set<RedisMembers>()
  readonly #timer: NodeJS.Timeout
  #ticking: Promise<void> | null = null

  private constructor(connection: Connection, options: RedisOptions, log: Logger) {
    this.#connection = connection
    this.#log = log
    this.#options = options
    this.#tail = new Tail(connection, `${options.prefix}:`)
    const tick = () => void (this.#ticking ??= this.#tick().finally(() => (this.#ticking = null)))
    this.#timer = setInterval(tick, renewalMs(options.leaseMs)).unref()
  }

  /** Settles also while Redis is away. @throws Error when it answers and does not want us */
  static async open(options: RedisOptions, log: Logger): Promise<RedisStore> {
    return new RedisStore(await Connection.open(options.url, log), options, log)
  }

  set onRoundTrip(listener: ((ms: number) => void) | undefined) {
    this.#connection.onRoundTrip = listener
  }

  room(name: string): StoredRoom {
    const { prefix, retainEvents } = this.#options
    const feed = new RoomReplica(this.#connection, this.#tail, `${prefix}:{${name}}:`, this.#options)
    const log = new RedisLog(feed, retainEvents)
    const members = new RedisMembers(feed, log, this.#options)
    this.#open.add(members)
    return {
      log,
      members,
      open: () => feed.open(),
      // All of it is in Redis.
      canBeReleased: true,
      close: () => void this.#open.delete(members),
    }
  }

  isReady(): Promise<boolean> {
    return this.#connection.isReady()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#ticking
    this.#tail.close()
    this.#connection.close()
  }

  /** One command for each open room. */
  async #tick(): Promise<void> {
    const results = await Promise.allSettled([...this.#open].map((members) => members.tick()))
    for (const { reason } of results.filter((result) => result.status === 'rejected')) {
      if (!(reason instanceof DomainError)) this.#log.warn({ error: String(reason) }, 'leases were not renewed')
    }
  }
}
