import type { Random } from '../random.ts'

/**
 * Times of a Poisson stream, in ms from its beginning, ascending. Gaps are exponential, so the time of the next message depends
 * neither on the last message nor on the times of polls.
 */
export function poissonArrivalsMs(random: Random, ratePerS: number, durationMs: number): number[] {
  const arrivalsMs: number[] = []
  for (let atMs = 0; ;) {
    atMs += (-Math.log(1 - random()) / ratePerS) * 1000
    if (atMs >= durationMs) return arrivalsMs
    arrivalsMs.push(atMs)
  }
}
