/**
 * Long poll with periodic arrivals, one every P = 1/ratePerS. Nothing is random here, so the cycle can be followed:
 *
 * - P < G: every gap catches a message, no request is held, answers leave every G. Their phase against the messages
 *   wanders through all of [0, G) unless P and G share a factor; the latencies are averages over it.
 * - G ≤ P < G + H: the request always arrives first. One answer per message, no wait.
 * - P ≥ G + H: ⌊P/(G+H)⌋ holds run out before each message. Where the message then falls into the hold, all is as before.
 *   Where it falls into the gap, δ before the next request, the answer leaves δ late; so the next message falls 2δ before
 *   its request, and so on for k messages, until one falls before the gap's beginning: into a hold, and all starts again.
 *   Jitter of the order of δ blurs this last case. It needs H ≥ G.
 */
import { lastLegMs, messagesIn } from './path.ts'
import type { HeldWait, Holding } from './long-poll.ts'

interface Quiet {
  /** Holds that run out before each message. */
  expired: number
  /** How many messages in a row wait, each by a step longer than the one before; one after them does not. */
  late: number
  stepMs: number
  lateShare: number
  waitMs: number
}

/** The pattern of waits of many messages that are further apart than a gap. */
function quiet({ ratePerS, gapMs, holdMs }: Holding): Quiet {
  const periodMs = 1000 / ratePerS
  const expired = Math.floor(periodMs / (gapMs + holdMs))
  const phaseMs = periodMs - expired * (gapMs + holdMs)
  if (phaseMs >= gapMs) return { expired, late: 0, stepMs: 0, lateShare: 0, waitMs: 0 }
  const stepMs = gapMs - phaseMs
  const late = Math.floor(phaseMs / stepMs) + 1
  // `late` messages wait δ, 2δ, …, and one after them does not; that one also spares the hold which would have run out.
  return { expired, late, stepMs, lateShare: late / (late + 1), waitMs: (late * stepMs) / 2 }
}

const isBusy = ({ ratePerS, gapMs }: Holding) => messagesIn(ratePerS, gapMs) > 1

export function meanMs(wait: HeldWait): number {
  return lastLegMs(wait) + (isBusy(wait) ? wait.gapMs / 2 : quiet(wait).waitMs)
}

/** @param share 0 to 1 */
export function quantileMs(wait: HeldWait, share: number): number {
  if (isBusy(wait)) return lastLegMs(wait) + share * wait.gapMs
  const { late, stepMs } = quiet(wait)
  // One of late + 1 messages does not wait, the others wait a step, two steps, …
  return lastLegMs(wait) + Math.min(late, Math.max(0, Math.ceil(share * (late + 1) - 1e-9) - 1)) * stepMs
}

export function maxMs(wait: HeldWait): number {
  return quantileMs(wait, 1)
}

/** The share of messages, 0 to 1, that arrive within latencyMs. */
export function cdf(wait: HeldWait, latencyMs: number): number {
  const waitedMs = latencyMs - lastLegMs(wait)
  if (waitedMs < 0) return 0
  if (isBusy(wait)) return Math.min(1, waitedMs / wait.gapMs)
  const { late, stepMs } = quiet(wait)
  return late === 0 ? 1 : (Math.min(late, Math.floor(waitedMs / stepMs + 1e-9)) + 1) / (late + 1)
}

export function requestsPerMessage(holding: Holding): number {
  if (isBusy(holding)) return 1 / messagesIn(holding.ratePerS, holding.gapMs)
  const { expired, lateShare } = quiet(holding)
  return lateShare === 0 ? expired + 1 : expired + lateShare
}

/** Each message has a separate answer, unless messages are closer than a gap; the other answers are empty. */
export function emptyShare(holding: Holding): number {
  return isBusy(holding) ? 0 : 1 - 1 / requestsPerMessage(holding)
}
