/** Deliveries that went wrong. */
export interface Faults {
  /** Not received. */
  lost: number
  /** Received again. */
  twice: number
  /** Received after a message that precedes it for no other reader. */
  outOfOrder: number
}

/**
 * Checks that every reader receives every message once and in order, slice by slice. Several connections post at the same
 * time, so the server decides the order: the order of first receipt by any reader. All other readers must see the same.
 */
export class DeliveryCheck {
  readonly readers: number
  delivered = 0
  twice = 0
  outOfOrder = 0
  /** Messages that every reader has received. */
  complete = 0
  #first = 0
  #next = 1
  /** How many readers have received each message of the slice. */
  #holders: number[] = []
  #intendedMs: number[] = []
  #order: number[] = []
  readonly #positions: Int32Array
  readonly #skipped = new Map<number, Set<number>>()
  /** Null when latencies are not measured. */
  latenciesMs: number[] | null = null

  constructor(readers: number) {
    this.readers = readers
    this.#positions = new Int32Array(readers)
  }

  begin({ withLatencies }: { withLatencies: boolean }): void {
    this.#first = this.#next
    this.#holders = []
    this.#intendedMs = []
    this.#order = []
    this.#positions.fill(0)
    this.#skipped.clear()
    this.delivered = this.twice = this.outOfOrder = this.complete = 0
    this.latenciesMs = withLatencies ? [] : null
  }

  get published(): number {
    return this.#next - this.#first
  }

  get lost(): number {
    return this.published * this.readers - this.delivered
  }

  /** @returns the sequence number of the new message */
  publish(intendedMs: number): number {
    this.#holders.push(0)
    this.#intendedMs.push(intendedMs)
    return this.#next++
  }

  /** Whether a reader has not received all published messages. */
  isBehind(reader: number): boolean {
    return (this.#positions[reader] ?? 0) < this.published
  }

  received(reader: number, sequence: number): void {
    const place = sequence - this.#first
    const position = this.#positions[reader] ?? 0
    if (place < 0 || place >= this.#holders.length) {
      // A message of an earlier slice, in which it was counted as lost.
      this.outOfOrder++
      return
    }
    if (this.#order[position] === sequence) this.#positions[reader] = position + 1
    else if (this.#holders[place] === 0) {
      this.#skip(reader, position, this.#order.length)
      this.#order.push(sequence)
      this.#positions[reader] = this.#order.length
    } else if (!this.#catchUp(reader, sequence, position)) return
    this.delivered++
    const holders = (this.#holders[place] ?? 0) + 1
    this.#holders[place] = holders
    if (holders === this.readers) this.complete++
    this.latenciesMs?.push(performance.now() - (this.#intendedMs[place] ?? 0))
  }

  /** A message other than the next one. @returns whether this reader receives it for the first time */
  #catchUp(reader: number, sequence: number, position: number): boolean {
    const ahead = this.#order.indexOf(sequence, position)
    if (ahead >= 0) {
      this.#skip(reader, position, ahead)
      this.#positions[reader] = ahead + 1
      return true
    }
    if (this.#skipped.get(reader)?.delete(sequence)) {
      this.outOfOrder++
      return true
    }
    this.twice++
    return false
  }

  #skip(reader: number, from: number, to: number): void {
    if (from === to) return
    const skipped = this.#skipped.get(reader) ?? new Set<number>()
    for (const sequence of this.#order.slice(from, to)) skipped.add(sequence)
    this.#skipped.set(reader, skipped)
  }
}
