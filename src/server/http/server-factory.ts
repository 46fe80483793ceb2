import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Config } from '../config/settings.ts'
import type { Certificate } from './http2/certificate.ts'
import { MAX_ARRIVAL_MS } from './body-progress.ts'
import { refuseExpectation } from './client-errors.ts'
import { createHttp2Server, type Timeouts } from './http2/server.ts'
import { cutUnread } from './unread.ts'
import { connectionOf } from '../metering/client-connection.ts'
import { closeAfterRefusal, requestClass } from './upgrades.ts'

/** In ms. For a request to arrive, not for its answer, so held polls are not affected. */
const ARRIVAL = {
  // A body has to make progress: see body-progress.ts.
  requestTimeout: MAX_ARRIVAL_MS,
  // A browser opens connections some seconds before it uses them.
  headersTimeout: 9000,
  connectionsCheckingInterval: 500,
}

/**
 * Returns a function that makes the server: HTTP/1.1, or with a certificate HTTPS and HTTP/2.
 *
 * @param isWebSocketPath of an address, whether a WebSocket may begin there
 */
export function serverFactory(
  { idle, unread }: Config,
  certificate: Certificate | null,
  isWebSocketPath: (url: string) => boolean,
): (handle: (request: IncomingMessage, response: ServerResponse) => void) => Server {
  const timeouts: Timeouts = { ...ARRIVAL, keepAliveTimeout: idle, unreadTimeout: unread }
  const Request = requestClass(isWebSocketPath)
  return (handleRequest) => {
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      // The connection is about to be closed: requests after the refused one are not answered.
      if (connectionOf(request.socket).isRefused) return
      closeAfterRefusal(request, response)
      handleRequest(request, response)
    }
    // Without a Host line, Node's refusal has no body: http/requests.ts refuses it.
    const server = certificate
      ? createHttp2Server(certificate, timeouts, Request, handle)
      : createServer({ ...timeouts, requireHostHeader: false, IncomingMessage: Request }, handle)
    // Node drops the headers after the 2,000th by default: an Origin among them would not be judged. Their bytes are limited.
    server.maxHeadersCount = 0
    server.on('checkExpectation', refuseExpectation)
    cutUnread(server, unread)
    return server
  }
}
