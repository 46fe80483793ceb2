/**
 * Long polling beyond what answering every message singly would allow: Λ·N·(sp + sw) > 1. Answers become batches. Every client
 * has a request in the server's queue, so a client's turn comes every C = N (sp + sw), whatever Λ, and its answer carries
 * all that was stored since: Λ·C messages. Push without batching has no such bound: its queue grows without limit.
 *
 * Measuring queueing argument, constant times, first come first served. An asymptote: a turn that finds nothing (chance
 * e^(−ΛC)) is held and costs less, so it holds to 1 % from about ΛC = 5 on. Valid while the round trip is under C and
 * publishing itself costs little.
 */
import { messagesIn } from './path.ts'

export interface Overload {
  /** Messages published per second. */
  ratePerS: number
  clients: number
  /** Server time to receive one request (sp). */
  pollServiceMs: number
  /** Server time to write one answer (sw). */
  writeServiceMs: number
  oneWayDownMs: number
  oneWayUpMs: number
}

export type Turn = Pick<Overload, 'clients' | 'pollServiceMs' | 'writeServiceMs'>

/** C, from one turn of a client to its next. */
export function cycleMs({ clients, pollServiceMs, writeServiceMs }: Turn): number {
  return clients * (pollServiceMs + writeServiceMs)
}

export function messagesPerResponse(overload: Turn & { ratePerS: number }): number {
  return messagesIn(overload.ratePerS, cycleMs(overload))
}

/** From "stored at the server": half a cycle to the client's turn, on average. */
export function meanFromStoredMs(overload: Omit<Overload, 'ratePerS' | 'oneWayUpMs'>): number {
  return cycleMs(overload) / 2 + overload.writeServiceMs + overload.oneWayDownMs
}

/**
 * From the publisher's sending: the message first waits behind the requests in the queue: a whole cycle, less the clients
 * whose answer or request is in transit. About 1.5 C in all.
 */
export function meanFromSentMs(overload: Omit<Overload, 'ratePerS'>): number {
  const { oneWayDownMs, oneWayUpMs, pollServiceMs, writeServiceMs } = overload
  const behindMs = cycleMs(overload) - oneWayDownMs - oneWayUpMs - (pollServiceMs + writeServiceMs) / 2
  return oneWayUpMs + behindMs + meanFromStoredMs(overload)
}
