import { ProblemError } from './transports/transport.ts'

const BACKOFF_MS = { first: 250, cap: 10_000 }

/** Full jitter, doubling, capped, so that the clients of a restarted server do not reconnect all at once. */
export function backoffMs(attempts: number, error?: unknown): number {
  const asked = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0
  return asked + Math.random() * Math.min(BACKOFF_MS.cap, BACKOFF_MS.first * 2 ** attempts)
}
