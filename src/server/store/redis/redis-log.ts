import { setTimeout as sleep } from 'node:timers/promises'
import type { Cursor, RoomEvent } from '../../../protocol.ts'
import type { Appended, Entry } from '../../log/log.ts'
import { WindowLog } from '../../log/window-log.ts'
import type { Reply, ScriptArgs } from './connection.ts'
import { retainedIn, type RetainOptions } from './retained.ts'
import { eventIn, type RoomReplica } from './room-replica.ts'
import type { ScriptName } from './scripts.ts'

/** ms for which a poll that does not wait may wait for an event that another server has delivered. */
const CATCH_UP_MS = 1000
/** ms between two attempts while Redis is away. */
const RETRY_MS = 250

/** A log in a Redis Stream, shared by any number of servers, and read from a window in this process. */
export class RedisLog extends WindowLog {
  readonly #replica: RoomReplica
  readonly #retained: string

  constructor(replica: RoomReplica, options: RetainOptions) {
    super(replica.window)
    this.#replica = replica
    this.#retained = retainedIn(options)
  }

  append(entry: Entry): Promise<Appended> {
    return this.appendAs('', entry, (script, args) => this.#replica.write(script, args))
  }

  /**
   * Appends an event if `memberId` is a member, in one step in Redis.
   *
   * @param write runs the script, and throws if the script finds no such member
   */
  async appendAs(
    memberId: string,
    entry: Entry,
    write: (script: ScriptName, args: ScriptArgs) => Promise<Reply>,
  ): Promise<Appended> {
    const at = Date.now()
    const reply = await write('append-event', [this.#retained, at, entry.id, JSON.stringify(entry), memberId])
    const known = eventIn(reply)
    if (known) return { event: known, isNew: false }
    return { event: { ...entry, seq: Number(reply[3]), at }, isNew: true }
  }

  async find(id: string): Promise<RoomEvent | null> {
    return eventIn(await this.#replica.runScript('find-event', [id]))
  }

  catchUpTo(cursor: Cursor, ms: number, reader: { readonly isOver: boolean }): true | Promise<boolean> {
    return this.#replica.window.hasReached(cursor) || this.#fetchUpTo(cursor, Math.max(ms, CATCH_UP_MS), reader)
  }

  override close(): void {
    this.#replica.close()
  }

  async #fetchUpTo(cursor: Cursor, ms: number, reader: { readonly isOver: boolean }): Promise<boolean> {
    const deadline = performance.now() + ms
    while (!reader.isOver && !this.isClosed && performance.now() < deadline) {
      try {
        await this.#replica.catchUp()
        return true
      } catch {
        // While Redis is away, the cursor may still exist there.
        await sleep(Math.min(RETRY_MS, Math.max(0, deadline - performance.now())), undefined, { ref: false })
      }
    }
    return this.#replica.window.hasReached(cursor)
  }
}
