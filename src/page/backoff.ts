import { ProblemError } from '../client/transport.ts'

/** ms to wait before the next attempt: full jitter, doubling, capped, and what the server asked for on top. */
export function backoffMs(attempts: number, error?: unknown): number {
  const asked = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0
  return asked + Math.random() * Math.min(10_000, 500 * 2 ** attempts)
}
