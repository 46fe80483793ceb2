import type { Batch } from '../../protocol.ts'

/** Receives the events of a room that metrics count. */
export interface RoomObserver {
  messageStored: () => void
  /** `isLive`: the reader waited for this batch, so the batch is not history. */
  batchDelivered: (batch: Batch, isLive: boolean) => void
}
