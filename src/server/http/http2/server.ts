import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
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

/** In ms; the same that the server has without TLS. */
export interface Timeouts {
  /** For a request to arrive, body and all. */
  requestTimeout: number
  /** For its head, on HTTP/1.1. */
  headersTimeout: number
  connectionsCheckingInterval: number
  /** After which a connection is closed on which nothing happens. */
  keepAliveTimeout: number
}

/** Fastify's part: it takes requests of both versions, and looks at each for what it is. */
type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** For TLS to be agreed on; a client that does not even begin is as idle as one that has. */
const HANDSHAKE_MS = 10_000

/** For the last frames of a session to go out. */
const GOODBYE_MS = 500

/** What one client may have under way at the same time. */
const MAX_STREAMS = 100

const isHttp2 = (request: object): request is Http2ServerRequest =>
  (request as { httpVersionMajor: number }).httpVersionMajor === 2

/**
 * HTTP/2 for who asks for it while TLS is agreed on, HTTP/1.1 and WebSocket for everybody else, on one port. So to Fastify
 * and its plugins it is the HTTP server that they know, some of whose requests are of another version.
 */
export function createHttp2Server(certificate: Certificate, timeouts: Timeouts, handle: Handler): Server {
  const counters = new WeakMap<object, StreamByteCounter>()
  const server = createSecureServer(
    {
      ...certificate,
      allowHTTP1: true,
      handshakeTimeout: HANDSHAKE_MS,
      settings: { maxConcurrentStreams: MAX_STREAMS },
    },
    (request: Http2ServerRequest, response: Http2ServerResponse) => {
      if (isHttp2(request)) {
        const counter = counters.get(request.stream.session ?? server)
        if (counter) countStream(counter, request)
        giveUpAfter(timeouts.requestTimeout, request)
      }
      handle(request as unknown as IncomingMessage, response as unknown as ServerResponse)
    },
  )
  const { requestTimeout, headersTimeout, connectionsCheckingInterval, keepAliveTimeout } = timeouts
  Object.assign(server, { requestTimeout, headersTimeout, connectionsCheckingInterval, keepAliveTimeout })
  countSessionBytes(server, counters)
  server.on('session', (session) => session.setTimeout(keepAliveTimeout, () => session.close()))
  return Object.assign(server, { closeAllConnections: closerOf(server) }) as unknown as Server
}

/** Node's own listener serves a stream as well as a TLS connection: so it is given what reads along. */
function countSessionBytes(server: Http2SecureServer, counters: WeakMap<object, StreamByteCounter>): void {
  const [serve] = server.listeners('secureConnection') as ((
    this: Http2SecureServer,
    stream: Socket | CountedTlsStream,
  ) => void)[]
  if (!serve) throw new Error('a TLS server of Node serves by a listener')
  server.removeAllListeners('secureConnection')
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') {
      serve.call(server, socket)
      return
    }
    const counter = new StreamByteCounter(socket)
    server.once('session', (session) => counters.set(session, counter))
    serve.call(server, new CountedTlsStream(socket, counter))
  })
}

function countStream(counter: StreamByteCounter, request: Http2ServerRequest): void {
  const source = counter.byteSourceOf(request.stream.id ?? 0)
  assignByteSource(request as unknown as IncomingMessage, source)
  // Node's own answer to this would be the CountedTlsStream, which has no addresses.
  Object.defineProperty(request, 'socket', { value: source.connection })
}

/** HTTP/1.1 has a clock for this in Node, HTTP/2 has none: a body that does not come would be waited for for ever. */
function giveUpAfter(ms: number, { stream }: Http2ServerRequest): void {
  if (stream.endAfterHeaders) return
  const timer = setTimeout(() => stream.close(), ms)
  for (const event of ['end', 'close']) stream.once(event, () => clearTimeout(timer))
}

/** Ends sessions with a GOAWAY, so that their clients know what was served; then cuts whatever connection is left. */
function closerOf(server: Http2SecureServer): () => void {
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
    const timer = setTimeout(cut, GOODBYE_MS)
    onQuiet = cut
    for (const session of sessions) session.destroy()
    if (sessions.size === 0) cut()
    function cut(): void {
      clearTimeout(timer)
      for (const socket of connections) socket.destroy()
    }
  }
}
