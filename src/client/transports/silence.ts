import type { Deadline } from './time.ts'
import { ConnectionError } from './transport.ts'

/** Heartbeats without any data after which a connection is given up: one may be late, and two are not. */
const SILENT_AFTER_HEARTBEATS = 2.5

/**
 * Lets a deadline end a connection that is dead at the other end: TCP reports nothing to an end that only reads. The server writes
 * at least once in each interval, and the caller restarts the deadline when data arrives.
 *
 * @param heartbeatMs the interval; without it, there is no limit
 */
export function endWhenSilent(
  limit: Deadline,
  what: 'stream' | 'socket',
  heartbeatMs = Number.POSITIVE_INFINITY,
): void {
  limit.restart(SILENT_AFTER_HEARTBEATS * heartbeatMs, new ConnectionError(`the ${what} is silent`))
}
