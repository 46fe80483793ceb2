import type { Ack, Batch, Cursor, Draft, Problem } from '../../protocol.ts'
import type { TransportMode } from '../../transports.ts'

export type { TransportMode, TransportTraits } from '../../transports.ts'

/** The environment, handed in: a browser's own, or Node's `fetch` with the `ws` package's WebSocket. */
export interface Net {
  /** Where the server is, without a slash at the end: `http://localhost:3000`. */
  base: string
  fetch: typeof fetch
  WebSocket: typeof WebSocket
  /**
   * What the script at `url` hands to the function `callback`. A page runs the script, whatever it does; a program only
   * reads it. Rejects when it does not load, when it calls nothing, or when `signal` aborts.
   */
  loadScript: (url: string, callback: string, signal: AbortSignal) => Promise<unknown>
}

/** What a person may turn while a line runs; a line reads them when it opens. */
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
  /** Whose meters count what goes without a token. */
  memberId?: string
  tuning: TransportTuning
}

/** One way of following a room. It neither retries nor remembers: the session does both. */
export interface ClientTransport {
  /**
   * Batches after `cursor`, or the retained history for `null`. Throws when the line breaks or `signal` aborts.
   *
   * @param onOpen called when the server has answered for the first time, and perhaps again
   */
  receive(cursor: Cursor | null, signal: AbortSignal, onOpen: () => void): AsyncIterable<Batch>
  /** Settles once the draft stands in the log. Throws ProblemError when it was refused, ConnectionError when nobody knows. */
  send(draft: Draft, signal: AbortSignal): Promise<Ack>
}

export type OpenTransport = (context: TransportContext) => ClientTransport

/** The knob that each way of working heeds. */
const TUNING_OF_MODE: Record<TransportMode['mode'], keyof TransportTuning | null> = {
  interval: 'intervalMs',
  held: 'holdMs',
  streaming: null,
}

/** Whether a line that works so would work otherwise by the other tuning. */
export function affectsConnection({ mode }: TransportMode, before: TransportTuning, after: TransportTuning): boolean {
  const setting = TUNING_OF_MODE[mode]
  return setting !== null && before[setting] !== after[setting]
}

/** The line broke, or never came to be. What was in flight may or may not have arrived. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

/** The server answered, and said no. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  /** ms that the server asks to wait (Retry-After), if it did. */
  readonly retryAfterMs: number | undefined

  constructor(problem: Problem, retryAfterMs?: number) {
    super(problem.detail)
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }

  /** The same request may succeed later. */
  get isTransient(): boolean {
    return this.problem.status >= 500 || this.problem.status === 408 || this.problem.status === 429
  }

  /** The member is gone: nothing will be answered under this token again. */
  get isFinal(): boolean {
    return this.problem.status === 401 || this.problem.status === 410
  }
}
