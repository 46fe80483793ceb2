/** Application bytes in one direction. */
export interface DirectionCounts {
  /** Read from the sender. */
  receivedBytes: number
  /** Handed to the receiver's socket. */
  forwardedBytes: number
  /** Received but not forwarded yet. Received = forwarded + queued + lost (by a reset, silence or limit). */
  queuedBytes: number
}

export interface ConnectionCounts {
  /** 1 for the first connection of the link. */
  id: number
  open: boolean
  /** From client to server. */
  up: DirectionCounts
  down: DirectionCounts
}

export interface LinkCounts {
  /** Connections opened since the start, not counting refused ones. */
  opened: number
  /** Connections that were reset at once, during a cut. */
  refused: number
  /** Totals of all connections, also closed ones. */
  up: DirectionCounts
  down: DirectionCounts
  /** The open connections, and the last 100 closed ones. */
  connections: ConnectionCounts[]
}

export function noBytes(): DirectionCounts {
  return { receivedBytes: 0, forwardedBytes: 0, queuedBytes: 0 }
}

export function addCounts(sum: DirectionCounts, counts: DirectionCounts): void {
  sum.receivedBytes += counts.receivedBytes
  sum.forwardedBytes += counts.forwardedBytes
  sum.queuedBytes += counts.queuedBytes
}
