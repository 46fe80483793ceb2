/** Both clocks agree to within this. If they do not, the wall clock was set. */
const AGREE_MS = 2

let wallMs = Date.now() - performance.now()

/** ms since the epoch: the clock that stamps events, with fractions, which `Date.now()` leaves out. */
export function serverNow(): number {
  const monotonicMs = performance.now()
  const coarse = Date.now()
  if (Math.abs(wallMs + monotonicMs - coarse) > AGREE_MS) wallMs = coarse - monotonicMs
  return wallMs + monotonicMs
}

/**
 * True if the event loop was blocked, judged by how late a timer fires. Incoming data is then read only after timers run, so
 * silence of a peer proves nothing.
 *
 * @param dueAt when the timer should have fired, by performance.now()
 * @param ms what the timer was set to
 */
export const wasEventLoopBlocked = (dueAt: number, ms: number): boolean => performance.now() - dueAt > ms / 5
