import type { WebsocketPluginOptions } from '@fastify/websocket'
import { SUBPROTOCOL } from '../../protocol.ts'
import type { Config } from '../config/settings.ts'
import { DEFLATE } from './deflate.ts'
import { MAX_BODY_BYTES } from '../config/limits.ts'

/** What every WebSocket of this server may do. @param preClose runs before the server stops listening */
export function webSocketOptions(
  config: Config,
  preClose: NonNullable<WebsocketPluginOptions['preClose']>,
): WebsocketPluginOptions {
  return {
    preClose,
    // Of a socket that no route has taken over.
    errorHandler: (_error, socket) => socket.terminate(),
    options: {
      maxPayload: MAX_BODY_BYTES,
      // A message in sixteen thousand one-byte pieces stays below maxPayload, and costs megabytes.
      maxFragments: 64,
      maxBufferedChunks: 1024,
      // One frame in a turn of the event loop: thousands of small ones come in one chunk, and others must get their turn.
      allowSynchronousEvents: false,
      perMessageDeflate: config.deflate && DEFLATE,
      handleProtocols: (offers) => (offers.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
  }
}
