import type { Batch, Cursor, RoomEvent } from '../../protocol.ts'

/** A batch as it is sent: its JSON, and what meters and records say about it. All readers of a batch share one. */
export class EncodedBatch {
  readonly batch: Batch
  /** Number of events that the reader did not have before. */
  readonly events: number
  /** Ids of the messages among these events. */
  readonly messages: readonly string[]
  /** UTF-8 bytes of the text of all messages in the batch, new or not. */
  readonly textBytes: number
  /** Members who see a private message of this batch; null when all of it is for everybody. */
  readonly #insiders: ReadonlySet<string> | null
  #json: string | null = null
  #forOutsiders: EncodedBatch | null = null

  constructor(batch: Batch) {
    this.batch = batch
    const messages: string[] = []
    let textBytes = 0
    let insiders: Set<string> | null = null
    for (const [i, event] of batch.events.entries()) {
      if (event.type !== 'message') continue
      if (i >= (batch.known ?? 0)) messages.push(event.id)
      textBytes += Buffer.byteLength(event.text)
      if (event.to) (insiders ??= new Set()).add(event.from.id).add(event.to.id)
    }
    this.events = batch.events.length - (batch.known ?? 0)
    this.messages = messages
    this.textBytes = textBytes
    this.#insiders = insiders
  }

  get cursor(): Cursor {
    return this.batch.cursor
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(this.batch))
  }

  /** The batch without private messages of other members. `memberId` is null for a reader without a token. */
  visibleTo(memberId: string | null): EncodedBatch {
    if (this.#insiders === null) return this
    if (memberId === null || !this.#insiders.has(memberId)) return (this.#forOutsiders ??= this.#only(null))
    return this.#only(memberId)
  }

  #only(memberId: string | null): EncodedBatch {
    const isVisible = (event: RoomEvent) =>
      event.type !== 'message' || !event.to || event.from.id === memberId || event.to.id === memberId
    return new EncodedBatch({ ...this.batch, events: this.batch.events.filter(isVisible) })
  }
}

/** A function of an object that is computed once per object, and kept as long as the object. */
export function oncePer<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>()
  // Readers of one batch come one after the other: the last one is mostly the one that is asked for.
  let last: { key: K; value: V } | null = null
  return (key) => {
    if (last?.key === key) return last.value
    let value = known.get(key)
    if (value === undefined) known.set(key, (value = compute(key)))
    last = { key, value }
    return value
  }
}

/** Encodes a batch once for all readers at the same cursor. */
export const encode = oncePer((batch: Batch) => new EncodedBatch(batch))
