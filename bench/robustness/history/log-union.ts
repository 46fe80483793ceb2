import { memberIdsOf, type Delivered, type History, type Sent } from './history.ts'

/** A message as its sender's history has it. */
export interface Authored {
  sent: Sent
  client: string
  memberIds: ReadonlySet<string>
  /** Place among the messages of its sender. */
  index: number
}

/** All that the clients of a run saw of the room's logs. A log is known by its epoch. */
export class LogUnion {
  /** Events by epoch and seq: what the first client saw there. */
  readonly #events = new Map<string, Map<number, Delivered>>()
  readonly #firstMs = new Map<string, number>()
  /** Places of each message: one for each epoch, if it was stored once. */
  readonly places = new Map<string, Delivered[]>()
  readonly authored = new Map<string, Authored>()

  constructor({ clients }: History) {
    for (const history of clients) {
      const memberIds = new Set(memberIdsOf(history))
      let index = 0
      for (const entry of history.entries) {
        if (entry.kind === 'sent') {
          this.authored.set(entry.id, { sent: entry, client: history.client, memberIds, index: index++ })
        } else if (entry.kind === 'delivered') this.#add(entry)
      }
    }
  }

  at(epoch: string, seq: number): Delivered | undefined {
    return this.#events.get(epoch)?.get(seq)
  }

  /** Events of an epoch in the order of the log. */
  inOrder(epoch: string): Delivered[] {
    return [...(this.#events.get(epoch)?.values() ?? [])].sort((a, b) => a.seq - b.seq)
  }

  /** In the order in which clients first saw an event of each. */
  get epochs(): string[] {
    return [...this.#firstMs].sort(([, a], [, b]) => a - b).map(([epoch]) => epoch)
  }

  #add(event: Delivered): void {
    const log = this.#events.get(event.epoch) ?? new Map<number, Delivered>()
    this.#events.set(event.epoch, log)
    this.#firstMs.set(event.epoch, Math.min(event.atMs, this.#firstMs.get(event.epoch) ?? Infinity))
    if (log.has(event.seq)) return
    log.set(event.seq, event)
    if (event.type === 'message') this.places.set(event.id, [...(this.places.get(event.id) ?? []), event])
  }
}
