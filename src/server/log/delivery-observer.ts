import type { Batch } from '../../protocol.ts'

/** What a room tells whoever counts. */
export interface RoomObserver {
  messageStored: () => void
  /** `isLive`: it was waited for, and is no history. */
  batchDelivered: (batch: Batch, isLive: boolean) => void
}
