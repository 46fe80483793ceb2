import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { assignByteSource } from '../../metering/byte-source.ts'
import type { Certificate } from './certificate.ts'
import { StreamByteCounter } from '../../metering/http2/stream-byte-counter.ts'
import { CountedTlsStream } from '../../metering/http2/counted-tls-stream.ts'

/** In ms; the same as without TLS. */
export interface Timeouts {
  /** For a request to arrive, with its body. */
  requestTimeout: number
  /** For the head of a request to arrive, on HTTP/1.1. */
  headersTimeout: number
  connectionsCheckingInterval: number
  /** After which an idle connection is closed. */
  keepAliveTimeout: number
  /** After which an answer is cut of which the client takes no byte. */
  unreadTimeout: number
}

/** Fastify's request handler: it handles both versions, and checks the version of each request. */
type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** For the TLS handshake. A client that never begins one is closed, too. */
const HANDSHAKE_MS = 10_000

/** For the last frames of a session to be sent. */
const GOAWAY_MS = 500

/** Streams that one client may have open at the same time. */
const MAX_STREAMS = 100

const isHttp2 = (request: object): request is Http2ServerRequest =>
  (request as { httpVersionMajor: number }).httpVersionMajor === 2

/**
 * HTTP/2 for clients that negotiate it by ALPN, HTTP/1.1 and WebSocket for other clients, on one port. Fastify and its plugins
 * see an HTTP server, some of whose requests have version 2.
 *
 * @param Request of HTTP/1.1
 */
export function createHttp2Server(
  certificate: Certificate,
  timeouts: Timeouts,
  Request: typeof IncomingMessage,
  handle: Handler,
): Server {
  const counters = new WeakMap<object, StreamByteCounter>()
  const server = createSecureServer(
    {
      ...certificate,
      allowHTTP1: true,
      Http1IncomingMessage: Request,
      handshakeTimeout: HANDSHAKE_MS,
      settings: { maxConcurrentStreams: MAX_STREAMS },
    },
    (request: Http2ServerRequest, response: Http2ServerResponse) => {
      if (isHttp2(request)) {
        const counter = counters.get(request.stream.session ?? server)
        if (counter) countStream(counter, request)
        closeStreamAfter(timeouts.requestTimeout, request)
        closeUnreadStream(timeouts.unreadTimeout, request)
      }
      handle(request as unknown as IncomingMessage, response as unknown as ServerResponse)
    },
  )
  const { requestTimeout, headersTimeout, connectionsCheckingInterval, keepAliveTimeout } = timeouts
  Object.assign(server, { requestTimeout, headersTimeout, connectionsCheckingInterval, keepAliveTimeout })
  countSessionBytes(server, counters, headersTimeout)
  server.on('session', (session) => session.setTimeout(keepAliveTimeout, () => session.close()))
  return Object.assign(server, { closeAllConnections: connectionCloser(server) }) as unknown as Server
}

/** Node's own listener accepts any duplex stream in place of a TLS connection: it gets a stream that counts bytes. */
function countSessionBytes(
  server: Http2SecureServer,
  counters: WeakMap<object, StreamByteCounter>,
  headersTimeout: number,
): void {
  const [serve] = server.listeners('secureConnection') as ((
    this: Http2SecureServer,
    stream: Socket | CountedTlsStream,
  ) => void)[]
  if (!serve) throw new Error('the HTTP/2 server has no listener for secureConnection')
  server.removeAllListeners('secureConnection')
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') {
      serve.call(server, socket)
      return
    }
    const counter = new StreamByteCounter(socket)
    server.once('session', (session) => counters.set(session, counter))
    serve.call(server, new CountedTlsStream(socket, counter, headersTimeout))
  })
}

function countStream(counter: StreamByteCounter, request: Http2ServerRequest): void {
  const source = counter.byteSourceOf(request.stream.id ?? 0)
  assignByteSource(request as unknown as IncomingMessage, source)
  // By default `request.socket` is the counted stream, which has no addresses.
  Object.defineProperty(request, 'socket', { value: source.connection })
}

/** Node has a request timeout for HTTP/1.1 only. Without this one, a stream would wait for its body without end. */
function closeStreamAfter(ms: number, { stream }: Http2ServerRequest): void {
  if (stream.endAfterHeaders) return
  const timer = setTimeout(() => stream.close(), ms)
  for (const event of ['end', 'close']) stream.once(event, () => clearTimeout(timer))
}

/** Node restarts the time while the stream's buffer sinks. */
function closeUnreadStream(ms: number, { stream }: Http2ServerRequest): void {
  stream.setTimeout(ms)
  stream.on('timeout', () => {
    if (stream.writableLength > 0) stream.close(constants.NGHTTP2_CANCEL)
  })
}

/** Ends sessions with GOAWAY, so that their clients know which requests were served; then cuts the remaining connections. */
function connectionCloser(server: Http2SecureServer): () => void {
  const sessions = new Set<ServerHttp2Session>()
  const connections = new Set<Socket>()
  let onQuiet: () => void = () => undefined
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => {
      sessions.delete(session)
      if (sessions.size === 0) onQuiet()
    })
  })
  return () => {
    const timer = setTimeout(cut, GOAWAY_MS)
    onQuiet = cut
    for (const session of sessions) session.destroy()
    if (sessions.size === 0) cut()
    function cut(): void {
      clearTimeout(timer)
      for (const socket of connections) socket.destroy()
    }
  }
}
