import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { App } from './context.ts'

/** Nobody will read this answer any more: its connection is gone, or on HTTP/2 its stream. */
export function isGone(raw: ServerResponse | Http2ServerResponse): boolean {
  return 'stream' in raw ? raw.stream.destroyed : raw.destroyed
}

/**
 * Every answer says `close` when its connection is gone. Node sees to that for the one whose turn it is; one that is queued
 * behind another, its request having come before the other was answered, would never hear of it.
 */
export function tellWhenGone(app: App): void {
  app.addHook('onRequest', async ({ raw: { socket } }, { raw }) => {
    if ('stream' in raw || raw.socket !== null) return
    const gone = () => {
      raw.destroyed = true
      raw.emit('close')
    }
    socket.once('close', gone)
    // Its turn has come.
    raw.once('socket', () => socket.off('close', gone))
  })
}
