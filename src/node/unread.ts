import type { RoomEvent } from '../protocol.ts'

/** The following items do not continue the items before: some are lost. */
export interface Reset {
  type: 'reset'
}

export type RoomItem = RoomEvent | Reset

const RESET: Reset = { type: 'reset' }

/** Unread items, up to a limit. Beyond the limit the oldest are dropped, and a reset is read in their place. */
export class Unread {
  readonly #limit: number
  readonly #items: RoomItem[] = []
  #hasDropped = false

  /** @param limit in items; 1 or more */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#items.length + (this.#hasDropped ? 1 : 0)
  }

  add(events: readonly RoomEvent[], isReset: boolean): void {
    if (isReset) this.#items.push(RESET)
    for (const event of events) this.#items.push(event)
    const excess = this.#items.length - this.#limit
    if (excess <= 0) return
    this.#items.splice(0, excess)
    this.#hasDropped = true
  }

  /** The oldest, or null. */
  next(): RoomItem | null {
    if (!this.#hasDropped) return this.#items.shift() ?? null
    this.#hasDropped = false
    return RESET
  }
}
