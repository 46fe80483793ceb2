/**
 * Long poll with periodic arrivals, one every P = 1/ratePerS. Nothing is random here, so the cycle can be followed:
 *
 * - P < G: every gap catches a message, no question is ever held, answers leave every G. Their phase against the messages
 *   wanders through all of [0, G) unless P and G share a factor; the latencies are averages over it.
 * - G ≤ P < G + H: the question is always there first. One answer per message, no wait.
 * - P ≥ G + H: ⌊P/(G+H)⌋ holds run out before each message. Where the message then falls into the hold, all is as before.
 *   Where it falls into the gap, δ before the next question, the answer leaves δ late; so the next message falls 2δ before
 *   its question, and so on for k messages, until one falls before the gap's beginning: into a hold, and all starts again.
 *   Jitter of the order of δ blurs this last case. It needs H ≥ G.
 */
import { lastLegMs, messagesIn } from './path.ts'
import type { HeldWait, Holding } from './long-poll.ts'

/** How a long row of messages fares, where they are further apart than a gap. */
function quiet({ ratePerS, gapMs, holdMs }: Holding): { expired: number; lateShare: number; waitMs: number } {
  const periodMs = 1000 / ratePerS
  const expired = Math.floor(periodMs / (gapMs + holdMs))
  const phaseMs = periodMs - expired * (gapMs + holdMs)
  if (phaseMs >= gapMs) return { expired, lateShare: 0, waitMs: 0 }
  const stepMs = gapMs - phaseMs
  const late = Math.floor(phaseMs / stepMs) + 1
  // `late` messages wait δ, 2δ, …, and one after them does not; that one also spares the hold which would have run out.
  return { expired, lateShare: late / (late + 1), waitMs: (late * stepMs) / 2 }
}

const isBusy = ({ ratePerS, gapMs }: Holding) => messagesIn(ratePerS, gapMs) > 1

export function meanMs(wait: HeldWait): number {
  return lastLegMs(wait) + (isBusy(wait) ? wait.gapMs / 2 : quiet(wait).waitMs)
}

export function requestsPerMessage(holding: Holding): number {
  if (isBusy(holding)) return 1 / messagesIn(holding.ratePerS, holding.gapMs)
  const { expired, lateShare } = quiet(holding)
  return lateShare === 0 ? expired + 1 : expired + lateShare
}

/** Every message has an answer of its own, unless they are closer than a gap; the other answers are empty. */
export function emptyShare(holding: Holding): number {
  return isBusy(holding) ? 0 : 1 - 1 / requestsPerMessage(holding)
}
