/** ms by which the two clocks may differ. A larger difference means that the wall clock was set. */
const AGREE_MS = 2

let wallMs = Date.now() - performance.now()

/** Server time in ms since the epoch, with fractions, which `Date.now()` omits. Events are stamped with it. */
export function serverNow(): number {
  const monotonicMs = performance.now()
  const coarse = Date.now()
  if (Math.abs(wallMs + monotonicMs - coarse) > AGREE_MS) wallMs = coarse - monotonicMs
  return wallMs + monotonicMs
}

/**
 * True if a timer fired so late that the event loop must have been blocked. Timers run before incoming data is read, so a
 * peer that seems silent may have sent something.
 *
 * @param dueAt when the timer should have fired, by performance.now()
 * @param ms delay of the timer
 */
export const wasEventLoopBlocked = (dueAt: number, ms: number): boolean => performance.now() - dueAt > ms / 5
