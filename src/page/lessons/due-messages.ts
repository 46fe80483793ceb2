import type { LessonPublisher } from './members.ts'
import type { Span } from './run-context.ts'

/** A run is over once this time has passed since its end: its last points are made after the server's last report. */
const OVER_MS = 500

/**
 * The ids of the messages that each reader should have: all once the run is over, and before that those that are older than `underWayMs`.
 *
 * @param dueMs when each message was sent, in ms from the beginning
 * @param nowMs by the server's clock
 */
export function dueMessages(
  { sent }: Pick<LessonPublisher, 'sent'>,
  dueMs: readonly number[],
  { fromMs, toMs }: Span,
  nowMs: number,
  underWayMs: number,
): string[] {
  const untilMs = nowMs > toMs + OVER_MS ? Number.POSITIVE_INFINITY : toMs - fromMs - underWayMs
  return sent.filter((_, index) => (dueMs[index] ?? Number.POSITIVE_INFINITY) <= untilMs)
}
