import { TokenBucket, type Rate } from './token-bucket.ts'

export interface AddressRates {
  joins: Rate
  rooms: Rate
}

/** Entries after which unused entries are looked for the first time. */
const FIRST_SWEEP_SIZE = 1024

/** What one client address uses. */
export class AddressEntry {
  /** Open requests, streams, sockets and sessions. */
  connections = 0
  /** Of these, those that read a room without a token. */
  readers = 0
  readonly joins: TokenBucket
  readonly rooms: TokenBucket

  constructor(rates: AddressRates) {
    this.joins = new TokenBucket(rates.joins)
    this.rooms = new TokenBucket(rates.rooms)
  }

  /** Counts a connection until the returned function is called. */
  connect(): () => void {
    this.connections += 1
    let isOpen = true
    return () => {
      if (isOpen) this.connections -= 1
      isOpen = false
    }
  }

  isUnused({ joins, rooms }: AddressRates): boolean {
    return this.connections === 0 && this.joins.isFull(joins) && this.rooms.isFull(rooms)
  }
}

/** The addresses that use this server now, or have used it a short time ago. */
export class AddressBook {
  readonly #rates: AddressRates
  readonly #entries = new Map<string, AddressEntry>()
  #sweepSize = FIRST_SWEEP_SIZE

  constructor(rates: AddressRates) {
    this.#rates = rates
  }

  entryOf(key: string): AddressEntry {
    const known = this.#entries.get(key)
    if (known) return known
    if (this.#entries.size >= this.#sweepSize) this.#sweep()
    const entry = new AddressEntry(this.#rates)
    this.#entries.set(key, entry)
    return entry
  }

  /** Removes unused entries each time that the book has doubled, so that the cost for each new address is constant. */
  #sweep(): void {
    for (const [key, entry] of this.#entries) if (entry.isUnused(this.#rates)) this.#entries.delete(key)
    this.#sweepSize = Math.max(FIRST_SWEEP_SIZE, 2 * this.#entries.size)
  }
}
