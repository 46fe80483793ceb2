import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { App } from './app-types.ts'
import { connectionOf } from '../metering/client-connection.ts'
import { MAX_OPEN_REQUESTS } from '../config/limits.ts'
import { DomainError } from '../errors/domain-error.ts'
import { isDisconnected } from './disconnect.ts'
import { RequestContext } from './request-context.ts'
import { endConnection } from './unread.ts'
import { hasLeftHttp } from './upgrades.ts'
import type { Rooms } from '../room/rooms.ts'

/** Requests whose answer is not complete. */
export class RequestsInFlight {
  #count = 0
  /** Called when the last one has ended. */
  onIdle: () => void = () => undefined

  get count(): number {
    return this.#count
  }

  begin(): void {
    this.#count += 1
  }

  readonly end = (): void => {
    this.#count -= 1
    if (this.#count === 0) this.onIdle()
  }
}

/**
 * A library may send a Content-Type without a body, such as curl with an empty `--data`. The type of no body is not validated.
 * Over HTTP/2, a body may come without its length.
 */
const hasNoBody = ({ raw: { httpVersionMajor, headers } }: FastifyRequest): boolean =>
  headers['content-length'] === '0' ||
  (httpVersionMajor === 1 && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)

/** RFC 9112, 3.2: a proxy may have read another of two Host lines than Node, which drops all but the first. HTTP/1.0 needs none. */
function hasOneHost({ rawHeaders, httpVersionMinor }: IncomingMessage): boolean {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count === 1 || (count === 0 && httpVersionMinor === 0)
}

/** Why a head is refused that a proxy in front may have read in another way: RFC 9112, 3.2 and 6.1, and RFC 9113, 8.3.1. */
function ambiguityOf({ raw }: FastifyRequest): DomainError | null {
  const { httpVersionMajor, httpVersionMinor, headers } = raw
  if (httpVersionMajor !== 1) {
    const { host, ':authority': authority } = headers
    if (host === undefined || authority === undefined || host === authority) return null
    return new DomainError('invalid', 'a request names one host', { field: 'Host', limit: ':authority' })
  }
  if (!hasOneHost(raw)) return new DomainError('invalid', 'a request has one Host line', { field: 'Host', limit: 1 })
  if (httpVersionMinor > 0 || headers['transfer-encoding'] === undefined) return null
  return new DomainError('invalid', 'HTTP/1.0 has no chunks', { field: 'Transfer-Encoding', limit: 'HTTP/1.1' })
}

/** Bodies are read as they are: compressed bytes that are JSON as they are would be read in two ways. */
function codingError({ headers }: FastifyRequest): DomainError | null {
  const coding = headers['content-encoding']
  if (coding === undefined || coding === 'identity') return null
  return new DomainError('invalid', 'bodies are not compressed here', { field: 'Content-Encoding', limit: 'identity' })
}

/** Gives each request its context, and limits the open requests of one connection. */
export function trackRequests(app: App, rooms: Rooms): RequestsInFlight {
  const inFlight = new RequestsInFlight()

  app.addHook('onRequest', (request, reply, next) => {
    const connection = connectionOf(request.raw.socket)
    const isEmpty = hasNoBody(request)
    if (isEmpty) delete request.raw.headers['content-type']
    request.context = new RequestContext(connection, request, reply, inFlight.end)
    inFlight.begin()
    if (hasLeftHttp(request.raw)) {
      // An HTTP answer refuses the upgrade, and nothing reads the connection after.
      reply.raw.setHeader('connection', 'close')
      reply.raw.once('finish', () => endConnection(request.raw.socket))
    }
    const error = ambiguityOf(request) ?? (isEmpty ? null : codingError(request))
    if (error) {
      if (request.raw.httpVersionMajor === 1) reply.header('connection', 'close')
      next(error)
      return
    }
    if (request.raw.httpVersionMajor !== 1 || !connection.isOverLimit) {
      connection.beginInTurn(next)
      return
    }
    connection.refuse()
    reply.header('connection', 'close')
    const limit = MAX_OPEN_REQUESTS
    const detail = `one connection may have ${limit} requests under way: wait for answers`
    next(new DomainError('too-many-requests', detail, { limit, retryAfterMs: 1000 }))
  })

  app.addHook('onSend', (request, reply, payload, next) => {
    // Fastify ends a file that is being sent with its connection, but not one that is opened after the end.
    if (payload instanceof Readable && isDisconnected(reply.raw)) payload.destroy()
    request.context.meter.markAnswered(reply.statusCode)
    // A cache in front may otherwise keep an answer by its own rules. Routes that can be cached say so.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    // A client that keeps its connection would lose its next request. HTTP/2 has GOAWAY for this.
    if (rooms.isClosed && request.raw.httpVersionMajor === 1) reply.header('connection', 'close')
    next(null, payload)
  })

  return inFlight
}
