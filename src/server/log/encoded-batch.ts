import type { Batch, Cursor, RoomEvent } from '../../protocol.ts'

/** A batch with its JSON and the figures that meters and records need. All readers of a batch share one. */
export class EncodedBatch {
  readonly batch: Batch
  /** Number of events that the reader did not have. */
  readonly newEventCount: number
  /** Ids of the messages among these events. */
  readonly newMessageIds: readonly string[]
  /** UTF-8 bytes of the text of all messages in the batch, new or not. */
  readonly textBytes: number
  /** Senders and recipients of private messages in this batch; null when all events are public. */
  readonly #privateParties: ReadonlySet<string> | null
  #json: string | null = null
  #jsonBytes = 0
  #publicPart: EncodedBatch | null = null

  constructor(batch: Batch) {
    this.batch = batch
    const newMessageIds: string[] = []
    let textBytes = 0
    let privateParties: Set<string> | null = null
    for (const [i, event] of batch.events.entries()) {
      if (event.type !== 'message') continue
      if (i >= (batch.known ?? 0)) newMessageIds.push(event.id)
      textBytes += Buffer.byteLength(event.text)
      if (event.to) (privateParties ??= new Set()).add(event.from.id).add(event.to.id)
    }
    this.newEventCount = batch.events.length - (batch.known ?? 0)
    this.newMessageIds = newMessageIds
    this.textBytes = textBytes
    this.#privateParties = privateParties
  }

  get cursor(): Cursor {
    return this.batch.cursor
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(this.batch))
  }

  /** Size of `json` in UTF-8. */
  get jsonBytes(): number {
    return (this.#jsonBytes ||= Buffer.byteLength(this.json))
  }

  /** The batch without private messages between other members. `memberId` is null for a reader without a token. */
  visibleTo(memberId: string | null): EncodedBatch {
    if (this.#privateParties === null) return this
    if (memberId === null || !this.#privateParties.has(memberId)) return (this.#publicPart ??= this.#filterFor(null))
    return this.#filterFor(memberId)
  }

  #filterFor(memberId: string | null): EncodedBatch {
    const isVisible = (event: RoomEvent) =>
      event.type !== 'message' || !event.to || event.from.id === memberId || event.to.id === memberId
    return new EncodedBatch({ ...this.batch, events: this.batch.events.filter(isVisible) })
  }
}

/** Computes a function once per object, and keeps the value as long as the object. */
export function memoize<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const values = new WeakMap<K, V>()
  // Readers of one batch follow each other, so most calls repeat the last key.
  let last: { key: K; value: V } | null = null
  return (key) => {
    if (last?.key === key) return last.value
    let value = values.get(key)
    if (value === undefined) values.set(key, (value = compute(key)))
    last = { key, value }
    return value
  }
}

/** Encodes a batch once for all readers at the same cursor. */
export const encode = memoize((batch: Batch) => new EncodedBatch(batch))
