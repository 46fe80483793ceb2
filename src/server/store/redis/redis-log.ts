import { setTimeout as sleep } from 'node:timers/promises'
import type { Cursor, RoomEvent } from '../../../protocol.ts'
import type { Appended, Entry } from '../../log/log.ts'
import { WindowLog } from '../../log/window-log.ts'
import type { Reply } from './connection.ts'
import { eventIn, type RoomReplica } from './room-replica.ts'

/** How long a poll that does not wait may take to learn what another server has given out. */
const PATIENCE_MS = 1000
/** Between two questions while Redis is away. */
const PAUSE_MS = 250

/** A log in a Redis Stream, shared by however many servers, and read from a window in this process. */
export class RedisLog extends WindowLog {
  readonly #feed: RoomReplica
  readonly #retainEvents: number

  constructor(feed: RoomReplica, retainEvents: number) {
    super(feed.window)
    this.#feed = feed
    this.#retainEvents = retainEvents
  }

  async append(entry: Entry): Promise<Appended> {
    const { args, appended } = this.appending(entry)
    return appended(await this.#feed.write('append-event', args))
  }

  /** What the script is given, and what its answer says. With a member, it appends only while that one is here. */
  appending(entry: Entry, memberId = ''): { args: (string | number)[]; appended: (reply: Reply) => Appended } {
    const at = Date.now()
    return {
      args: [this.#retainEvents, at, entry.id, JSON.stringify(entry), memberId],
      appended: (reply) => {
        const known = eventIn(reply)
        if (known) return { event: known, isNew: false }
        return { event: { ...entry, seq: Number(reply[3]), at }, isNew: true }
      },
    }
  }

  async find(id: string): Promise<RoomEvent | null> {
    return eventIn(await this.#feed.ask('find-event', [id]))
  }

  catchUpTo(cursor: Cursor, ms: number, reader: { readonly isOver: boolean }): true | Promise<boolean> {
    return this.#feed.window.hasReached(cursor) || this.#learn(cursor, Math.max(ms, PATIENCE_MS), reader)
  }

  override close(): void {
    this.#feed.close()
  }

  async #learn(cursor: Cursor, ms: number, reader: { readonly isOver: boolean }): Promise<boolean> {
    const deadline = performance.now() + ms
    while (!reader.isOver && !this.isClosed && performance.now() < deadline) {
      try {
        await this.#feed.catchUp()
        return true
      } catch {
        // Away: that is not the same as knowing that there is no such cursor.
        await sleep(Math.min(PAUSE_MS, Math.max(0, deadline - performance.now())), undefined, { ref: false })
      }
    }
    return this.#feed.window.hasReached(cursor)
  }
}
