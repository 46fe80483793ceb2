/** What can be said, by counting, of the events since a switch. */
export interface GapCheck {
  /** Events that came. */
  received: number
  /** Positions between them that did not: private to others, or lost. A reader cannot tell which. */
  missing: number
  /** Events that came a second time, or out of their order. */
  repeated: number
  /** The server no longer had the place to go on from. */
  isReset: boolean
}

export const noGaps: GapCheck = { received: 0, missing: 0, repeated: 0, isReset: false }

/** The tally after the event at `seq`, when the last one stood at `lastSeq`. Positions are 1, 2, 3 … without a gap. */
export function countEvent(gapCheck: GapCheck, lastSeq: number, seq: number): GapCheck {
  if (seq <= lastSeq) return { ...gapCheck, received: gapCheck.received + 1, repeated: gapCheck.repeated + 1 }
  return { ...gapCheck, received: gapCheck.received + 1, missing: gapCheck.missing + seq - lastSeq - 1 }
}
