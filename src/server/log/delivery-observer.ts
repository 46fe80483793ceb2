import type { Batch } from '../../protocol.ts'

/** What a room tells whoever counts. */
export interface RoomObserver {
  said: () => void
  /** `isLive`: it was waited for, and is no history. */
  delivered: (batch: Batch, isLive: boolean) => void
}
