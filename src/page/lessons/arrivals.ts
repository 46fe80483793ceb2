import type { Random } from '../../random.ts'

/**
 * Times in ms, one at a random moment of each slot of 1/ratePerS. Each moment is as likely as any other, and the messages are spread more
 * evenly than Poisson arrivals: a mean over them has less noise.
 */
export function slottedArrivalsMs(random: Random, ratePerS: number, durationMs: number): number[] {
  const slotMs = 1000 / ratePerS
  return Array.from({ length: Math.floor(durationMs / slotMs) }, (_, slot) => (slot + random()) * slotMs)
}
