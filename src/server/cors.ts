import type { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { App } from './context.ts'
import type { Links } from './links.ts'

/** s for which a browser need not ask again; Chrome allows no more. It remembers by URL. */
const MAX_AGE_S = 7200

const METHODS = 'GET, POST, PATCH, DELETE'
const HEADERS = 'authorization, content-type, if-none-match, last-event-id'

/** A browser asks whether it may send what a page wants to send to another origin. */
export const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined

const preflights = new WeakMap<Socket, number>()

/** Preflights on this connection since this was last asked. */
export function takePreflights(socket: Socket): number {
  const count = preflights.get(socket) ?? 0
  preflights.delete(socket)
  return count
}

/**
 * Lets our own page use the rooms over the links, whose ports make them other origins to a browser, and pages of the
 * origins that are allowed. Nothing else is let in: who may not is refused before (`refuseForeignOrigins`), and other paths
 * get no word of it.
 */
export function answerPreflights(app: App, allowed: readonly string[], links: Links): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (origin === undefined || !request.url.startsWith('/rooms/')) return
    if (!allowed.includes(origin) && !links.join(origin, request.host)) return
    // Below Fastify, since a streamed answer goes out past it.
    reply.raw.setHeader('access-control-allow-origin', origin)
    if (!isPreflight(request)) {
      reply.raw.setHeader('access-control-expose-headers', 'retry-after')
      return
    }
    preflights.set(request.raw.socket, (preflights.get(request.raw.socket) ?? 0) + 1)
    return reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': HEADERS,
        'access-control-max-age': MAX_AGE_S,
      })
      .send()
  })
}
