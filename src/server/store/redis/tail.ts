import { randomBytes } from 'node:crypto'
import { backoff, BLOCK_MS, type Connection } from './connection.ts'

/** An entry of a stream: its id, then fields and values in turn. */
export type StreamEntry = readonly [id: string, fields: readonly string[]]

export interface Follower {
  /** New entries, in order. */
  entriesRead: (entries: readonly StreamEntry[]) => void
  /** There is a new connection: Redis may have lost data. */
  reconnected: () => void
}

interface Followed {
  follower: Follower
  lastId: string
}

/** ms after which the wake stream of a server that has ended is deleted. */
const WAKE_EXPIRY_MS = 60_000

/**
 * One blocking read for all rooms of this process: the load on Redis grows with servers and events, not with readers. The read
 * includes a wake stream that only this process has. An entry there ends the read when a room is added.
 */
export class Tail {
  readonly #connection: Connection
  readonly #wakeKey: string
  #wakeId = '0-0'
  readonly #followed = new Map<string, Followed>()
  #isClosed = false

  constructor(connection: Connection, prefix: string) {
    this.#connection = connection
    this.#wakeKey = `${prefix}wake:${randomBytes(8).toString('hex')}`
    connection.blocking.on('ready', () => {
      for (const { follower } of this.#followed.values()) follower.reconnected()
    })
    void this.#run()
  }

  /** Follows a stream after `lastId`. Returns a function that stops following. */
  follow(key: string, lastId: string, follower: Follower): () => void {
    const followed = { follower, lastId }
    this.#followed.set(key, followed)
    this.#wake()
    return () => {
      if (this.#followed.get(key) === followed) this.#followed.delete(key)
    }
  }

  close(): void {
    this.#isClosed = true
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosed;) {
      try {
        await this.#connection.whenBlockingIsReady()
        await this.#read()
        failures = 0
      } catch (error) {
        if (error instanceof Error && error.message.includes('timed out')) this.#connection.reconnect()
        await backoff(failures++)
      }
    }
  }

  async #read(): Promise<void> {
    const keys = [this.#wakeKey, ...this.#followed.keys()]
    const ids = [this.#wakeId, ...[...this.#followed.values()].map(({ lastId }) => lastId)]
    const { blocking } = this.#connection
    const reply = await blocking.xread('COUNT', 1000, 'BLOCK', BLOCK_MS, 'STREAMS', ...keys, ...ids)
    for (const [key, entries] of (reply ?? []) as [string, StreamEntry[]][]) {
      const lastId = entries.at(-1)?.[0]
      if (lastId === undefined) continue
      if (key === this.#wakeKey) this.#wakeId = lastId
      const followed = this.#followed.get(key)
      // The room may have been closed or reloaded since the read began. Then these entries are outdated.
      if (!followed || ids[keys.indexOf(key)] !== followed.lastId) continue
      followed.lastId = lastId
      followed.follower.entriesRead(entries)
    }
  }

  #wake(): void {
    this.#connection
      .runCommand((client) =>
        client.multi().xadd(this.#wakeKey, 'MAXLEN', 1, '*', 'w', 1).pexpire(this.#wakeKey, WAKE_EXPIRY_MS).exec(),
      )
      // Without the entry, the read ends after BLOCK_MS.
      .catch(() => undefined)
  }
}
