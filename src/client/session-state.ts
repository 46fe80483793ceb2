import type { Problem } from '../protocol.ts'
import { ProblemError } from './transports/transport.ts'

/**
 * What keeps a connection from working. `no-websocket`, `no-stream`: the server answers HTTP, but this transport was never open,
 * as behind a proxy that does not pass it. `connections-in-use`: all connections of this browser to the server are taken, and a
 * request waits for one.
 */
export type Obstacle = 'no-websocket' | 'no-stream' | 'connections-in-use'

export type SessionState =
  | { name: 'connecting'; obstacle?: Obstacle }
  | { name: 'open'; obstacle?: Obstacle }
  /**
   * The connection broke; the next attempt follows after `retryMs`, or at once by `retry()`. `problem`: the server's. `neverOpen`:
   * the connection was never open, so nothing was lost.
   */
  | { name: 'waiting'; retryMs: number; why: string; problem?: Problem; neverOpen?: true; obstacle?: Obstacle }
  /** For good. `problem` is the server's; without it, the member left. */
  | { name: 'closed'; problem?: Problem }

type WaitingState = Extract<SessionState, { name: 'waiting' }>

/** The state between an attempt that failed with this error and the next one. */
export function waitingState(retryMs: number, error: unknown, neverOpen: boolean): WaitingState {
  const why = error instanceof Error ? error.message : String(error)
  return {
    name: 'waiting',
    retryMs,
    why,
    ...(error instanceof ProblemError ? { problem: error.problem } : {}),
    ...(neverOpen ? { neverOpen } : {}),
  }
}
