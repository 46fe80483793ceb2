import type { RoomEvent } from '../../protocol.ts'

/** Bytes of an event beside its text, as measured: the object, its strings and its place in the indexes. */
const EVENT_BYTES = 400
/** A character of a string takes one or two bytes. */
const CHARACTER_BYTES = 2

/** Bytes of memory that an event takes, at most. */
export const memoryOf = (event: RoomEvent): number =>
  EVENT_BYTES + ('text' in event ? CHARACTER_BYTES * event.text.length : 0)

/** Holds events in memory. */
export interface EventHolder {
  /** Memory of the events, in bytes. */
  readonly bytes: number
  /** Drops the oldest half of the bytes. False when there is nothing to drop. */
  dropHalf(): boolean
}

/** The memory for the events of all rooms of a process. Beyond the limit, the room with the most bytes drops its oldest events. */
export class LogBudget {
  readonly #limitBytes: number
  readonly #holders = new Set<EventHolder>()
  #usedBytes = 0

  /** @param limitBytes of all holders together */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** An equal share of what is not used. */
  get spareBytesPerHolder(): number {
    return Math.max(0, this.#limitBytes - this.#usedBytes) / Math.max(1, this.#holders.size)
  }

  add(holder: EventHolder): void {
    this.#holders.add(holder)
  }

  /** The holder holds nothing any more. */
  remove(holder: EventHolder): void {
    if (this.#holders.delete(holder)) this.#usedBytes -= holder.bytes
  }

  /** The memory of a holder has changed by `bytes`. Drops events of the largest holder while all hold too much. */
  change(bytes: number): void {
    this.#usedBytes += bytes
    while (bytes > 0 && this.#usedBytes > this.#limitBytes && this.#largest()?.dropHalf());
  }

  #largest(): EventHolder | null {
    let largest: EventHolder | null = null
    for (const holder of this.#holders) if (holder.bytes > (largest?.bytes ?? 0)) largest = holder
    return largest
  }
}
