/** Both clocks agree to within this; more, and somebody has set the one on the wall. */
const AGREE_MS = 2

let wallMs = Date.now() - performance.now()

/** ms since the epoch: the clock that stamps events, with fractions, which `Date.now()` leaves out. */
export function serverNow(): number {
  const coarse = Date.now()
  if (Math.abs(wallMs + performance.now() - coarse) > AGREE_MS) wallMs = coarse - performance.now()
  return wallMs + performance.now()
}

/**
 * Whether this process has stood still, by a timer of so many ms that goes off now: it heard nobody meanwhile, and reads
 * what came in only after its timers.
 *
 * @param dueAt when it should have gone off, by performance.now()
 */
export const stoodStill = (dueAt: number, ms: number): boolean => performance.now() - dueAt > ms / 5
