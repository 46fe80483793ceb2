/**
 * Clients that lose their connections at the same moment and try again after a back-off. A simulation with the formula of the client,
 * since the number of attempts of each client is random; no network is simulated.
 */
import type { Random } from '../random.ts'

/** src/client/backoff.ts has the same first limit and the same cap. */
export const RECONNECT_MS = { first: 250, cap: 10_000 } as const

/**
 * The pause before an attempt. It is a part of a limit that doubles up to a cap.
 *
 * @param attempts attempts that have failed
 * @param jitter the random part of the limit, 0 to 1: 0 is the limit itself, 1 any pause from 0 to the limit
 */
export function pauseMs(attempts: number, jitter: number, random: Random): number {
  const limitMs = Math.min(RECONNECT_MS.cap, RECONNECT_MS.first * 2 ** attempts)
  return limitMs * (1 - jitter * random())
}

/** The first attempt of one client that the server accepts, in ms after the loss. A pause lasts from one attempt to the next. */
export function reconnectedMs(outageMs: number, jitter: number, random: Random): number {
  let atMs = 0
  for (let attempts = 0; ; attempts += 1) {
    atMs += pauseMs(attempts, jitter, random)
    if (atMs >= outageMs) return atMs
  }
}

/** The most times within any window of this length. */
export function mostWithin(timesMs: readonly number[], windowMs: number): number {
  const sorted = timesMs.toSorted((a, b) => a - b)
  let most = 0
  let first = 0
  for (const [index, atMs] of sorted.entries()) {
    while ((sorted[first] ?? atMs) <= atMs - windowMs) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

export interface Reconnects {
  clients: number
  outageMs: number
  jitter: number
  windowMs: number
}

/** The largest share of the clients, 0 to 1, that the server accepts within one window: one random case. */
export function peakShare({ clients, outageMs, jitter, windowMs }: Reconnects, random: Random): number {
  const times = Array.from({ length: clients }, () => reconnectedMs(outageMs, jitter, random))
  return mostWithin(times, windowMs) / clients
}

/** The mean of many random cases. */
export function meanPeakShare(reconnects: Reconnects, cases: number, random: Random): number {
  let sum = 0
  for (let i = 0; i < cases; i += 1) sum += peakShare(reconnects, random)
  return sum / cases
}
