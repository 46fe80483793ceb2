/** Counts of the events since a switch. */
export interface GapCheck {
  /** Events that arrived. */
  received: number
  /** Positions between them that did not arrive: private to others, or lost. A reader cannot tell which. */
  missing: number
  /** Events that arrived a second time, or out of order. */
  repeated: number
  /** The server no longer had the cursor. */
  isReset: boolean
}

export const noGaps: GapCheck = { received: 0, missing: 0, repeated: 0, isReset: false }

/** The counts after the event at `seq`; `lastSeq` is the position of the event before. Positions are 1, 2, 3 … without a gap. */
export function countEvent(gapCheck: GapCheck, lastSeq: number, seq: number): GapCheck {
  if (seq <= lastSeq) return { ...gapCheck, received: gapCheck.received + 1, repeated: gapCheck.repeated + 1 }
  return { ...gapCheck, received: gapCheck.received + 1, missing: gapCheck.missing + seq - lastSeq - 1 }
}
