/** What can be said, by counting, of the events since a switch. */
export interface GapCheck {
  /** Events that came. */
  came: number
  /** Positions between them that did not: private to others, or lost. A reader cannot tell which. */
  missing: number
  /** Events that came a second time, or out of their order. */
  again: number
  /** The server no longer had the place to go on from. */
  isReset: boolean
}

export const noGaps: GapCheck = { came: 0, missing: 0, again: 0, isReset: false }

/** The tally after the event at `seq`, when the last one stood at `lastSeq`. Positions are 1, 2, 3 … without a gap. */
export function count(tally: GapCheck, lastSeq: number, seq: number): GapCheck {
  if (seq <= lastSeq) return { ...tally, came: tally.came + 1, again: tally.again + 1 }
  return { ...tally, came: tally.came + 1, missing: tally.missing + seq - lastSeq - 1 }
}
