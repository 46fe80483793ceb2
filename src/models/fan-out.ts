/**
 * One publisher to N subscribers over push: each message is N copies of serviceMs one after another, by one thread.
 *
 * Messages come by a Poisson process and each occupies the server for Ns: an M/D/1 queue of whole messages, whose mean wait
 * is U·Ns / (2(1 − U)) by Pollaczek and Khinchine, U = ΛNs being the utilisation. A subscriber's copy is then the first to
 * the N-th, on average (N + 1)/2, as it should be when the order rotates. Valid for U < 1; otherwise the queue grows without bound.
 */
import { messagesIn, type LastLeg } from './path.ts'

export interface FanOut extends LastLeg {
  /** Messages published per second. */
  ratePerS: number
  subscribers: number
  /** For one copy. */
  serviceMs: number
}

export function utilisation({ ratePerS, subscribers, serviceMs }: Omit<FanOut, 'oneWayDownMs'>): number {
  return messagesIn(ratePerS, subscribers * serviceMs)
}

/** Over all copies, from "stored at the server"; Infinity from a utilisation of 1 on. */
export function meanMs(fanOut: FanOut): number {
  const busy = utilisation(fanOut)
  if (busy >= 1) return Infinity
  const { subscribers, serviceMs, oneWayDownMs } = fanOut
  const queueMs = (busy * subscribers * serviceMs) / (2 * (1 - busy))
  return queueMs + ((subscribers + 1) * serviceMs) / 2 + oneWayDownMs
}
