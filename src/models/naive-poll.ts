/**
 * Long poll without a cursor: the server answers with the next message that it stores, and the client then asks for the next
 * one. The server keeps nothing, so a message that is stored while no request of the client waits does not reach it.
 *
 * Each answer opens a gap G (path.ts) without a waiting request. The next request then waits for the next message,
 * Exp(λ) by Poisson arrivals, so a cycle lasts G + 1/λ, and one message of the λG + 1 in it is delivered.
 */
import { messagesIn } from './path.ts'
import type { Holding } from './long-poll.ts'

/** The share of messages, 0 to 1, that reach the client. */
export function deliveredShare({ ratePerS, gapMs }: Pick<Holding, 'ratePerS' | 'gapMs'>): number {
  return 1 / (1 + messagesIn(ratePerS, gapMs))
}

/**
 * The same for known arrivals, ascending: whether each message reaches the client. The first one finds a waiting request.
 *
 * @param gapsMs the gap after each message that reaches the client, in order; the last one is used again for later messages
 */
export function areDelivered(arrivalsMs: readonly number[], gapsMs: readonly number[]): boolean[] {
  let waitsFromMs = Number.NEGATIVE_INFINITY
  let delivered = 0
  return arrivalsMs.map((atMs) => {
    if (atMs < waitsFromMs) return false
    waitsFromMs = atMs + (gapsMs[Math.min(delivered, gapsMs.length - 1)] ?? 0)
    delivered += 1
    return true
  })
}
