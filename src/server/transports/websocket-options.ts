import type { WebsocketPluginOptions } from '@fastify/websocket'
import { SUBPROTOCOL } from '../../protocol.ts'
import type { Config } from '../config/settings.ts'
import { DEFLATE } from './deflate.ts'
import { MAX_BODY_BYTES } from '../config/limits.ts'

/** Options of all WebSockets of this server. @param preClose runs before the server stops listening */
export function webSocketOptions(
  config: Config,
  preClose: NonNullable<WebsocketPluginOptions['preClose']>,
): WebsocketPluginOptions {
  return {
    preClose,
    // For a socket without a route.
    errorHandler: (_error, socket) => socket.terminate(),
    options: {
      maxPayload: MAX_BODY_BYTES,
      // A message in 16,000 fragments of one byte is smaller than maxPayload, and uses megabytes.
      maxFragments: 64,
      maxBufferedChunks: 1024,
      // One frame per turn of the event loop: one chunk can contain thousands of small frames, which would delay other connections.
      allowSynchronousEvents: false,
      perMessageDeflate: config.deflate && DEFLATE,
      handleProtocols: (offers) => (offers.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
  }
}
