/** The rates, in messages per second at one client, above which one transport costs more than another. */
import { ceilingPerS, cycleMs, idleResponsesPerS } from './long-poll.ts'
import { bisect } from './root.ts'

/**
 * Above this rate long-poll sends more requests than short-poll with intervalMs; null where the two do not cross.
 *
 * Long-poll sends one request per cycle, so the rates are equal where its cycle (long-poll.ts) lasts one interval:
 *   λG + e^(−λG) (1 − e^(−λH)) = λT
 * The cycle shrinks steadily from G + H to G as λ grows, hence exactly one crossing if G < T < G + H, near 1/T for
 * G ≪ T ≪ H, and never above 1/(T − G). With T ≥ G + H long-poll saves requests at no rate; with T ≤ G at every rate,
 * but then short-poll's interval is shorter than its own round trip and does not hold (`effectiveIntervalMs`).
 */
export function requestsPerS(parameters: { gapMs: number; holdMs: number; intervalMs: number }): number | null {
  const { intervalMs } = parameters
  const pollsPerS = 1000 / intervalMs
  if (pollsPerS <= idleResponsesPerS(parameters) || pollsPerS >= ceilingPerS(parameters)) return null
  const highest = 1000 / (intervalMs - parameters.gapMs)
  return bisect((ratePerS) => cycleMs({ ...parameters, ratePerS }) - intervalMs, 0, highest)
}

/**
 * The same for periodic arrivals: long-poll sends one request for each message as long as they are further apart than a gap and no hold
 * runs out between them, so the two cross at 1/T exactly.
 */
export function periodicRequestsPerS(parameters: { gapMs: number; holdMs: number; intervalMs: number }): number | null {
  const { gapMs, holdMs, intervalMs } = parameters
  return intervalMs > gapMs && intervalMs < gapMs + holdMs ? 1000 / intervalMs : null
}

/**
 * Above this rate short-poll costs fewer bytes than push; null where it never does.
 * Take all three in the same sense: bytes at the socket, or wire bytes with TCP/IP, both ways, ACKs included.
 */
export function bytesPerS(cost: {
  intervalMs: number
  /** One request and its answer without messages. */
  pollBytes: number
  /** Bytes that one message adds to an answer. */
  messageBytes: number
  /** One message as a separate frame. */
  pushBytes: number
}): number | null {
  return pollAgainstPush(cost.intervalMs, cost.pollBytes, cost.messageBytes, cost.pushBytes)
}

/** Above this rate short-poll costs the server less CPU than push; null where it never does. Terms as for bytes. */
export function cpuPerS(cost: {
  intervalMs: number
  pollUs: number
  messageUs: number
  pushUs: number
}): number | null {
  return pollAgainstPush(cost.intervalMs, cost.pollUs, cost.messageUs, cost.pushUs)
}

/**
 * Per message, polling costs poll/(λT) + message and push costs push: equal at λ = poll / (T (push − message)). Polling
 * gains by batching, so there is no crossing unless a message costs less inside an answer than as a frame. Valid where
 * the three costs do not depend on λ; CPU costs do somewhat (a busier server is cheaper per request), so take them nearby.
 */
function pollAgainstPush(intervalMs: number, poll: number, message: number, push: number): number | null {
  return push > message ? (poll / (push - message) / intervalMs) * 1000 : null
}
