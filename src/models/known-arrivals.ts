/**
 * The same processes for known arrivals. The randomness of the arrivals is then no longer in the difference of model and
 * measurement, so that a run of half a minute can be held to a few percent, where the formulas alone need hours.
 */

/** What a reader that holds its requests does with these messages. */
export interface HeldAnswers {
  /** ms that each message waits for a request; 0 for a message that finds one. In the order of the arrivals. */
  waitsMs: number[]
  /** When each request is answered, ascending. */
  answersMs: number[]
  /** How many of them have no message. */
  empty: number
}

/**
 * Long poll: a request is answered with all that is stored, or with nothing after `holdMs`; the next request arrives `gapMs` after the
 * answer. The first request arrives at 0.
 *
 * @param arrivalsMs when each message is stored, ascending
 * @param untilMs the end: later answers are left out
 */
export function heldAnswers(
  arrivalsMs: readonly number[],
  { gapMs, holdMs }: { gapMs: number; holdMs: number },
  untilMs: number,
): HeldAnswers {
  if (!(gapMs > 0)) throw new RangeError(`needs a gap above 0, got ${gapMs}`)
  const waitsMs: number[] = []
  const answersMs: number[] = []
  let empty = 0
  for (let requestMs = 0; ;) {
    const next = arrivalsMs[waitsMs.length] ?? Number.POSITIVE_INFINITY
    const answerMs = Math.min(Math.max(requestMs, next), requestMs + holdMs)
    if (answerMs >= untilMs) return { waitsMs, answersMs, empty }
    const before = waitsMs.length
    for (let at = next; at <= answerMs; at = arrivalsMs[waitsMs.length] ?? Number.POSITIVE_INFINITY)
      waitsMs.push(answerMs - at)
    if (waitsMs.length === before) empty += 1
    answersMs.push(answerMs)
    requestMs = answerMs + gapMs
  }
}

/**
 * Short poll: the expected share of polls without a message, over all phases of the polls: the share of moments in [fromMs, toMs) before
 * which `intervalMs` passed without a message.
 *
 * @param arrivalsMs when each message is stored, ascending; messages before `fromMs` count where they are known
 */
export function emptyShare(
  arrivalsMs: readonly number[],
  intervalMs: number,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): number {
  if (!(toMs > fromMs)) throw new RangeError(`needs a time above 0, got ${toMs - fromMs}`)
  let emptyMs = 0
  // A poll at time t is empty if the last message before t is older than an interval.
  let busyUntilMs = fromMs
  for (const atMs of arrivalsMs) {
    if (atMs >= toMs) break
    emptyMs += Math.max(0, atMs - busyUntilMs)
    busyUntilMs = Math.max(busyUntilMs, atMs + intervalMs)
  }
  return (emptyMs + Math.max(0, toMs - busyUntilMs)) / (toMs - fromMs)
}
