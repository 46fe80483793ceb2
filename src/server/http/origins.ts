import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app-types.ts'
import type { Links } from '../links/links.ts'
import { DomainError } from '../errors/domain-error.ts'
import { isPreflight } from './request-context.ts'

/** Seconds for which a browser caches a preflight, for each URL. Chrome's maximum. */
const MAX_AGE_S = 7200

const METHODS = 'GET, POST, PATCH, DELETE'
const HEADERS = 'authorization, content-type, if-none-match, last-event-id'

/**
 * Refuses pages of other origins. Programs such as curl send no Origin and may use the server. A browser itself prevents a page
 * from reading HTTP answers of another origin, but not from opening a WebSocket: only the server can refuse that.
 *
 * The server's own page may use the rooms over the links, whose ports are other origins to a browser. So may pages of allowed
 * origins. Their preflights are answered here. Answers of other paths have no CORS headers.
 */
export function checkOrigins(app: App, allowed: readonly string[], links: Links): void {
  app.addHook('onRequest', (request, reply, next) => {
    const { origin } = request.headers
    if (origin === undefined) {
      next()
      return
    }
    refuseForeign(request, origin)
      .then(() => {
        if (!answerPreflight(request, reply, origin)) next()
      })
      .catch(next)
  })

  async function refuseForeign({ host }: FastifyRequest, origin: string): Promise<void> {
    if (allowed.includes(origin)) return
    if (URL.canParse(origin) && new URL(origin).host === host) return
    if (await links.allowsOrigin(origin, host)) return
    throw new DomainError('foreign-origin', `pages of ${origin} may not use this server: see --origins`, {
      field: 'Origin',
    })
  }

  function answerPreflight(request: FastifyRequest, reply: FastifyReply, origin: string): boolean {
    if (!request.url.startsWith('/rooms/')) return false
    if (!allowed.includes(origin) && !links.isLinkOrigin(origin, request.host)) return false
    // On the raw response: some transports write their answers without Fastify.
    reply.raw.setHeader('access-control-allow-origin', origin)
    if (!isPreflight(request)) {
      reply.raw.setHeader('access-control-expose-headers', 'retry-after')
      return false
    }
    request.context.connection.addPreflight()
    void reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': HEADERS,
        'access-control-max-age': MAX_AGE_S,
      })
      .send()
    return true
  }
}
