/**
 * Long poll: the server holds a request for up to holdMs, answers it with the first message, and the client sends the next
 * request at once. Each answer opens a gap G (path.ts) in which no request is held.
 *
 * Poisson arrivals at λ, so each cycle starts afresh. With probability 1 − e^(−λG) a message fell into the gap and the
 * request is answered on arrival; otherwise it is held for min(Exp(λ), H), on average (1 − e^(−λH))/λ. A cycle thus lasts
 *   G + e^(−λG) (1 − e^(−λH)) / λ
 * and the rest follows from it. RFC 6202 section 2.2 says the same of the latency: on average close to one transit, at
 * most a little over three (an answer that has just left goes down, the next request goes up, its answer goes down).
 *
 * Valid below the server's saturation (see saturation.ts), for a gap of constant length.
 */
import { lastLegMs, messagesIn, type LastLeg } from './path.ts'

export interface Holding {
  /** Messages per second that reach this client. */
  ratePerS: number
  gapMs: number
  holdMs: number
}

export type HeldWait = Holding & LastLeg

/** From one look into the log to the next; between `gapMs` (busy) and `gapMs + holdMs` (idle). */
export function cycleMs({ ratePerS, gapMs, holdMs }: Holding): number {
  const heldMs = ratePerS === 0 ? holdMs : (-Math.expm1(-messagesIn(ratePerS, holdMs)) / ratePerS) * 1000
  return gapMs + Math.exp(-messagesIn(ratePerS, gapMs)) * heldMs
}

export function responsesPerS(holding: Holding): number {
  return 1000 / cycleMs(holding)
}

export function idleResponsesPerS({ gapMs, holdMs }: Omit<Holding, 'ratePerS'>): number {
  return 1000 / (gapMs + holdMs)
}

/** The upper limit of one client's requests at any message rate: it never has two requests in flight. */
export function ceilingPerS({ gapMs }: Pick<Holding, 'gapMs'>): number {
  return 1000 / gapMs
}

/** Poisson arrivals see time averages: the share of messages stored in a gap is the share of time that is gap. */
export function chanceInGap(holding: Holding): number {
  return holding.gapMs / cycleMs(holding)
}

/** A message in the gap waits uniform(0, G) for the next request; other messages do not wait. */
export function meanMs(wait: HeldWait): number {
  return lastLegMs(wait) + (chanceInGap(wait) * wait.gapMs) / 2
}

/** @param share 0 to 1 */
export function quantileMs(wait: HeldWait, share: number): number {
  const inGap = chanceInGap(wait)
  const late = Math.max(0, share - (1 - inGap))
  return lastLegMs(wait) + (late === 0 ? 0 : (wait.gapMs * late) / inGap)
}

export function maxMs(wait: Pick<HeldWait, 'gapMs' | keyof LastLeg>): number {
  return lastLegMs(wait) + wait.gapMs
}

/** The share of messages, 0 to 1, that arrive within latencyMs: a step at the last leg, then a ramp as long as the gap. */
export function cdf(wait: HeldWait, latencyMs: number): number {
  const waitedMs = latencyMs - lastLegMs(wait)
  if (waitedMs < 0) return 0
  return 1 - chanceInGap(wait) * Math.max(0, 1 - waitedMs / wait.gapMs)
}

export function requestsPerMessage(holding: Holding): number {
  return responsesPerS(holding) / holding.ratePerS
}

/** The share of answers without a message: no message in the gap, and none while the request was held. */
export function emptyShare({ ratePerS, gapMs, holdMs }: Holding): number {
  return Math.exp(-messagesIn(ratePerS, gapMs + holdMs))
}

/**
 * @param bytes headerBytes: a request and its answer without messages; messageBytes: what one message adds to an
 *   answer, framing included
 */
export function bytesPerMessage(holding: Holding, bytes: { headerBytes: number; messageBytes: number }): number {
  return bytes.headerBytes * requestsPerMessage(holding) + bytes.messageBytes
}

/**
 * The same process for known arrivals: the number of requests that deliver them. This removes the randomness of the arrivals,
 * so that a run of a few hundred messages can be held to a few percent, where the formula alone would need
 * thousands. Valid while no hold runs out in between.
 *
 * @param arrivalsMs when each message is stored, ascending
 */
export function requestsFor(arrivalsMs: readonly number[], gapMs: number): number {
  if (!(gapMs >= 0)) throw new RangeError(`needs a gap from 0 on, got ${gapMs}`)
  let requests = 0
  let askingAtMs = 0
  for (let i = 0; i < arrivalsMs.length;) {
    const lookMs = Math.max(askingAtMs, arrivalsMs[i] ?? 0)
    while (i < arrivalsMs.length && (arrivalsMs[i] ?? 0) <= lookMs) i += 1
    requests += 1
    askingAtMs = lookMs + gapMs
  }
  return requests
}
