import type { IncomingMessage } from 'node:http'
import { MAX_BODY_BYTES } from '../config/limits.ts'
import type { App } from './app-types.ts'

export interface ProgressLimits {
  /** A body that is under way is checked at this interval. */
  windowMs: number
  /** In each window at least this rate is needed. */
  minBytesPerS: number
}

/** A slow phone sends 1,500 bytes/s, and less beside other traffic. */
const LIMITS: ProgressLimits = { windowMs: 9000, minBytesPerS: 250 }

/** ms within which every request that makes progress has arrived: its first window, and the largest body at the lowest rate. */
export const MAX_ARRIVAL_MS = LIMITS.windowMs + (1000 * MAX_BODY_BYTES) / LIMITS.minBytesPerS

/** Ends a request whose body makes too little progress. A long message from a slow client is served, a client that drips is not. */
export function requireProgress(app: Pick<App, 'addHook' | 'server'>, limits: ProgressLimits = LIMITS): void {
  const minBytes = (limits.windowMs / 1000) * limits.minBytesPerS
  app.addHook('onRequest', (request, _reply, next) => {
    const { raw } = request
    if (hasBody(raw)) watchBody(raw)
    next()
  })

  function watchBody(raw: IncomingMessage): void {
    const { socket } = raw
    let seenBytes = socket.bytesRead
    const timer = setInterval(() => {
      const bytes = socket.bytesRead - seenBytes
      seenBytes = socket.bytesRead
      if (bytes < minBytes) endRequest(raw)
    }, limits.windowMs).unref()
    const stop = () => clearInterval(timer)
    raw.once('end', stop)
    raw.once('close', stop)
  }

  /** As Node's own timeout does: the listener for errors of clients answers with 408. */
  function endRequest(raw: IncomingMessage): void {
    if ('stream' in raw) {
      ;(raw.stream as { close: () => void }).close()
      return
    }
    const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
    app.server.emit('clientError', error, raw.socket)
  }
}

/** Whether a request announces a body. */
export function hasBody(raw: IncomingMessage): boolean {
  // On HTTP/2 a body may come without its length: the head then does not end the stream.
  if ('stream' in raw) return !(raw.stream as { endAfterHeaders: boolean }).endAfterHeaders
  return raw.headers['transfer-encoding'] !== undefined || Number(raw.headers['content-length'] ?? 0) > 0
}
