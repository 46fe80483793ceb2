import type { FastifyRequest } from 'fastify'
import type { App } from './app-types.ts'
import { connectionOf } from '../metering/client-connection.ts'
import { MAX_OPEN_REQUESTS } from '../config/limits.ts'
import { DomainError } from '../errors/domain-error.ts'
import { RequestContext } from './request-context.ts'
import type { Rooms } from '../room/rooms.ts'

/** Requests whose answer is not complete. */
export class RequestsInFlight {
  #count = 0
  /** Called when the last one is over. */
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

const isUpgrade = ({ headers }: FastifyRequest): boolean =>
  headers.upgrade !== undefined && /\bupgrade\b/i.test(headers.connection ?? '')

/** Gives each request its context, for as long as it lasts, and bounds the requests under way on one connection. */
export function trackRequests(app: App, rooms: Rooms): RequestsInFlight {
  const inFlight = new RequestsInFlight()

  app.addHook('onRequest', (request, reply, next) => {
    const connection = connectionOf(request.raw.socket)
    if (connection.isRefused) {
      // The connection is about to be closed: what came behind the refusal is not answered.
      reply.hijack()
      return
    }
    request.context = new RequestContext(connection, request, reply, inFlight.end)
    inFlight.begin()
    // An upgrade that is refused, or that no route knows, is answered like any request. Nothing reads its connection then.
    if (isUpgrade(request)) reply.raw.once('finish', () => request.raw.socket.end())
    if (request.raw.httpVersionMajor !== 1 || !connection.isOverLimit) {
      next()
      return
    }
    connection.refuse()
    reply.header('connection', 'close')
    const limit = MAX_OPEN_REQUESTS
    const detail = `one connection may have ${limit} requests under way: wait for answers`
    next(new DomainError('too-many-requests', detail, { limit, retryAfterMs: 1000 }))
  })

  app.addHook('onSend', (request, reply, payload, next) => {
    request.context.meter.markAnswered(reply.statusCode)
    // A client that kept its connection would send its next request into a closed door. HTTP/2 has GOAWAY for this.
    if (rooms.isClosed && request.raw.httpVersionMajor === 1) reply.header('connection', 'close')
    next(null, payload)
  })

  return inFlight
}
