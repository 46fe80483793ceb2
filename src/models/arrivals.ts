import type { Random } from '../random.ts'

/**
 * Moments of a Poisson stream, in ms from its beginning, ascending: gaps are exponential, so that when the next message
 * comes says nothing of the last one, nor of when anybody polls.
 */
export function poissonArrivalsMs(random: Random, ratePerS: number, durationMs: number): number[] {
  const arrivalsMs: number[] = []
  for (let atMs = 0; ;) {
    atMs += (-Math.log(1 - random()) / ratePerS) * 1000
    if (atMs >= durationMs) return arrivalsMs
    arrivalsMs.push(atMs)
  }
}
