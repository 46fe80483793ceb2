import { randomBytes } from 'node:crypto'
import { backoff, BLOCK_MS, type Connection } from './connection.ts'

/** An entry of a stream: its id, and fields and values in turn. */
export type StreamEntry = readonly [id: string, fields: readonly string[]]

export interface Follower {
  /** Entries behind the last ones, in order. */
  take: (entries: readonly StreamEntry[]) => void
  /** The connection is a new one: what Redis holds may not be what it held. */
  reconnected: () => void
}

interface Followed {
  follower: Follower
  lastId: string
}

/** ms after which the stream that wakes a server which is gone is forgotten. */
const WAKE_KEPT_MS = 60_000

/**
 * One blocking read for all rooms of this process: Redis' work grows with servers and events, not with readers. A room that
 * is added while the read blocks wakes it by an entry in a stream of this process's own, which is read along.
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

  /** Follows a stream from behind an id; returns what ends that. */
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
        if (error instanceof Error && error.message.includes('timed out')) this.#connection.renew()
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
      // A room may have been left or begun anew since this was asked for: its answer is to what it does not ask any more.
      if (!followed || ids[keys.indexOf(key)] !== followed.lastId) continue
      followed.lastId = lastId
      followed.follower.take(entries)
    }
  }

  #wake(): void {
    this.#connection
      .call((client) =>
        client.multi().xadd(this.#wakeKey, 'MAXLEN', 1, '*', 'w', 1).pexpire(this.#wakeKey, WAKE_KEPT_MS).exec(),
      )
      // The read ends by itself before long.
      .catch(() => undefined)
  }
}
