import type { Ack, Batch, Cursor, Draft, Problem } from '../../protocol.ts'
import type { TransportMode } from '../../transports.ts'

export type { TransportMode, TransportTraits } from '../../transports.ts'

/** The network environment: the browser's, or Node's `fetch` with the `ws` package's WebSocket. */
export interface Net {
  /** Where the server is, without a slash at the end: `http://localhost:3000`, or `https://chat.example/path` behind a proxy. */
  base: string
  fetch: typeof fetch
  WebSocket: typeof WebSocket
  /**
   * The value that the script at `url` passes to the function `callback`. A page runs the script, whatever it contains; a
   * program only reads it. Rejects when the script does not load, does not call back, or when `signal` aborts.
   */
  loadScript: (url: string, callback: string, signal: AbortSignal) => Promise<unknown>
  /** Missing where the number of connections is not limited. */
  sharedConnections?: SharedConnections
}

/** The HTTP/1.1 connections that all tabs of a browser share. */
export interface SharedConnections {
  /** A request takes one of them until `signal` aborts. */
  hold(signal: AbortSignal): void
  /** All are taken: a further request waits in the browser. */
  areAllInUse(): Promise<boolean>
}

/** Settings that a user may change during a connection; a connection reads them when it opens. */
export interface TransportTuning {
  /** ms from the start of one short poll to the start of the next. */
  intervalMs: number
  /** ms for which a long poll may be held; the server's own limit wins. */
  holdMs: number
}

export const DEFAULT_TUNING: TransportTuning = { intervalMs: 1000, holdMs: 25_000 }

export interface TransportContext {
  net: Net
  room: string
  /** Without a token: the public room, read only. */
  token: string | null
  /** The member whose meters count requests without a token. */
  memberId?: string
  /** ms after which the server sends a heartbeat on a quiet connection; undefined if it is not known. */
  heartbeatMs?: number | undefined
  /** Called when data or a heartbeat arrives, by a transport whose connection stays open. */
  onHeard?: () => void
  tuning: TransportTuning
}

/** One way of following a room. A transport neither retries nor keeps state: the session does both. */
export interface ClientTransport {
  /**
   * Batches after `cursor`, or the retained history for `null`. Throws when the connection breaks or `signal` aborts.
   *
   * @param onOpen called when the server has answered for the first time, and perhaps again
   */
  receive(cursor: Cursor | null, signal: AbortSignal, onOpen: () => void): AsyncIterable<Batch>
  /** Settles once the draft is in the log. Throws ProblemError when it was refused, ConnectionError when the outcome is unknown. */
  send(draft: Draft, signal: AbortSignal): Promise<Ack>
}

export type OpenTransport = (context: TransportContext) => ClientTransport

/** The setting that affects each mode. */
const TUNING_OF_MODE: Record<TransportMode['mode'], keyof TransportTuning | null> = {
  interval: 'intervalMs',
  held: 'holdMs',
  streaming: null,
}

/** Whether the change of tuning affects a connection of this mode. */
export function affectsConnection({ mode }: TransportMode, before: TransportTuning, after: TransportTuning): boolean {
  const setting = TUNING_OF_MODE[mode]
  return setting !== null && before[setting] !== after[setting]
}

/** The connection broke, or was never opened. Data in flight may or may not have arrived. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

/** What an error says, with its cause: Node's `fetch` itself says only that it failed, and several addresses that fail have only a code. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.message || ('code' in error ? String(error.code) : error.name)
  return error.cause instanceof Error ? `${own}: ${reasonOf(error.cause)}` : own
}

/** Statuses of a proxy for a request that is too large for the proxy, which another attempt would not change. */
const TOO_LARGE: readonly number[] = [413, 414, 431]

/** The answer was a refusal, of the server or of a proxy. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  /** ms that the server asks to wait: in the problem, or rounded up to seconds in Retry-After. */
  readonly retryAfterMs: number | undefined

  constructor(problem: Problem, retryAfterMs?: number) {
    super(problem.detail)
    this.problem = problem
    this.retryAfterMs = problem.retryAfterMs ?? retryAfterMs
  }

  /**
   * Another program has refused, such as a proxy while the server restarts, or a login page. The types of this server's problems are
   * single words; those of others are addresses (RFC 9457).
   */
  get isForeign(): boolean {
    return this.problem.type.includes(':')
  }

  /** The same request may succeed later. */
  get isTransient(): boolean {
    if (this.isForeign) return !TOO_LARGE.includes(this.problem.status)
    return this.problem.status >= 500 || this.problem.status === 408 || this.problem.status === 429
  }

  /** The membership has ended: no request with this token will succeed again. */
  get isFinal(): boolean {
    return !this.isForeign && (this.problem.status === 401 || this.problem.status === 410)
  }
}
