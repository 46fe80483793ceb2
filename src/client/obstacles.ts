import type { Obstacle } from './session-state.ts'

/** What a transport needs that does not get through, and what to do. */
export const OBSTACLES = {
  'no-websocket': 'no WebSocket gets through here; sse and long-poll need none',
  'no-stream': 'no stream gets through here: is there a proxy that holds answers back? long-poll needs no stream',
} satisfies Partial<Record<Obstacle, string>>

/** Time without an answer after which the browser's connections are counted. */
const UNANSWERED_MS = 4000

interface Expectation {
  /** Ends the wait. */
  signal: AbortSignal
  /** Whether all connections of this browser to the server are taken. */
  areConnectionsInUse: () => Promise<boolean>
  /** There is no answer, and the request may wait for a connection. */
  blocked: () => void
  /** The answer is there. Not called after the signal's abort. */
  answered: () => void
}

/** Begins to wait for an answer. @returns a function to call when the answer is there */
export function expectAnswer({ signal, areConnectionsInUse, blocked, answered }: Expectation): () => void {
  const examine = async () => {
    if ((await areConnectionsInUse()) && !signal.aborted && !isAnswered) blocked()
  }
  let isAnswered = false
  const timer = setTimeout(() => void examine(), UNANSWERED_MS)
  const over = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', over)
    if (isAnswered) return
    isAnswered = true
    if (!signal.aborted) answered()
  }
  signal.addEventListener('abort', over)
  return over
}
