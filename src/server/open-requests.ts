import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import type { App } from './context.ts'
import { MAX_OPEN_REQUESTS } from './limits.ts'
import { problems } from './problem.ts'
import type { Visit } from './seat.ts'

/** ms for the refusal to go out. After that the connection is cut. */
const REFUSAL_MS = 1000

/** Replies of one HTTP/1.1 connection that are not complete. A client that pipelines has more than one. */
class OpenRequests {
  readonly #socket: Socket
  readonly #replies = new Set<FastifyReply>()
  isRefused = false

  constructor(socket: Socket) {
    this.#socket = socket
    // One listener per connection. With one per request, closing a connection takes time with the square of their number.
    socket.once('close', () => this.#closed())
  }

  get size(): number {
    return this.#replies.size
  }

  add(reply: FastifyReply): void {
    this.#replies.add(reply)
    reply.raw.once('close', () => this.#replies.delete(reply))
  }

  /** Ends held reads, so that the refusal that is queued behind them goes out. */
  refuse(): void {
    this.isRefused = true
    for (const { request } of this.#replies) (request.visit as Visit | undefined)?.end()
    const timer = setTimeout(() => this.#socket.destroy(), REFUSAL_MS)
    this.#socket.once('close', () => clearTimeout(timer))
  }

  /** Node emits `close` for the reply whose turn it is. Replies that are queued behind it get theirs here. */
  #closed(): void {
    for (const { raw } of this.#replies) {
      if (raw.socket !== null) continue
      raw.destroyed = true
      raw.emit('close')
    }
  }
}

const connections = new WeakMap<Socket, OpenRequests>()

function openRequestsOf(socket: Socket): OpenRequests {
  let requests = connections.get(socket)
  if (!requests) connections.set(socket, (requests = new OpenRequests(socket)))
  return requests
}

/** Too many requests are under way on this connection: reads that begin on it end at once. */
export const isRefused = (socket: Socket): boolean => connections.get(socket)?.isRefused ?? false

/**
 * Bounds the requests that one connection may have under way, and emits `close` on every reply whose connection is gone.
 * On HTTP/2 both are done by Node, by the maximum of concurrent streams.
 */
export function boundOpenRequests(app: App): void {
  app.addHook('onRequest', (request, reply, next) => {
    if (request.raw.httpVersionMajor !== 1) {
      next()
      return
    }
    const requests = openRequestsOf(request.raw.socket)
    if (requests.isRefused) {
      // The connection is about to be closed: nothing that came behind the refusal is answered.
      reply.hijack()
      return
    }
    requests.add(reply)
    if (requests.size <= MAX_OPEN_REQUESTS) {
      next()
      return
    }
    requests.refuse()
    reply.header('connection', 'close')
    const limit = MAX_OPEN_REQUESTS
    next(problems.tooManyRequests(`one connection may have ${limit} requests under way: wait for answers`, { limit }))
  })
}
