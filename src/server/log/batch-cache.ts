import type { Batch, Cursor } from '../../protocol.ts'
import { memoryOf } from './log-budget.ts'

/** Maximum of cached batches, one per cursor. Bounded because a client may try all cursors of a quiet room. */
const MAX_BATCHES = 64

/** Batches read since the last event, by cursor. Most readers have one of a few cursors. */
export class BatchCache {
  readonly #batches = new Map<Cursor, Batch>()
  /** Memory of the events of these batches, each counted for each batch. */
  #bytes = 0

  get(cursor: Cursor): Batch | undefined {
    return this.#batches.get(cursor)
  }

  has(cursor: Cursor): boolean {
    return this.#batches.has(cursor)
  }

  /** @param maxBytes limit of the memory of all cached batches */
  add(cursor: Cursor, batch: Batch, maxBytes: number): Batch {
    const bytes = batch.events.reduce((sum, event) => sum + memoryOf(event), 0)
    if (this.#batches.size === MAX_BATCHES || this.#bytes + bytes > maxBytes) this.clear()
    this.#bytes += bytes
    this.#batches.set(cursor, batch)
    return batch
  }

  clear(): void {
    this.#batches.clear()
    this.#bytes = 0
  }
}
