import { HEARTBEAT_HEADER } from '../../protocol.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app-types.ts'
import type { Links } from '../links/links.ts'
import { DomainError } from '../errors/domain-error.ts'
import { isOriginOfHost, serializedOrigin } from './origin-of-host.ts'
import { isPreflight } from './request-context.ts'

/** Seconds for which a browser caches a preflight, for each URL. Chrome's maximum. */
const MAX_AGE_S = 7200

const METHODS = 'GET, POST, PATCH, DELETE'
// The last two are written by libraries: EventSource polyfills and XMLHttpRequest wrappers.
const HEADERS = 'authorization, content-type, if-none-match, last-event-id, cache-control, x-requested-with'

/**
 * Refuses pages of other origins. Programs such as curl send no Origin and may use the server. A browser itself prevents a page
 * from reading HTTP answers of another origin, but not from opening a WebSocket: only the server can refuse that.
 *
 * The server's own page may use the rooms over the links, whose ports are other origins to a browser. So may pages of allowed
 * origins. Their preflights are answered here. Answers of other paths have no CORS headers.
 *
 * The files of the page are not refused: a browser sends `Origin` with a module script, and only a page that has loaded can
 * display why the rest is refused.
 *
 * @param origins the allowed origins, as people write them
 */
export function checkOrigins(app: App, origins: readonly string[], links: Links): void {
  const allowed = origins.map(serializedOrigin)

  app.addHook('onRequest', (request, reply, next) => {
    const { origin } = request.headers
    if (origin === undefined || request.routeOptions.config.isPageFile) {
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
    if (isOriginOfHost(origin, host)) return
    if (await links.allowsOrigin(origin, host)) return
    throw foreignOrigin(origin, host)
  }

  function answerPreflight(request: FastifyRequest, reply: FastifyReply, origin: string): boolean {
    if (!request.url.startsWith('/rooms/')) return false
    if (!allowed.includes(origin) && !links.isLinkOrigin(origin, request.host)) return false
    // On the raw response: some transports write their answers without Fastify.
    reply.raw.setHeader('access-control-allow-origin', origin)
    if (!isPreflight(request)) {
      reply.raw.setHeader('access-control-expose-headers', `retry-after, ${HEARTBEAT_HEADER}`)
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

/** A proxy that replaces `Host` is the usual cause, so the text says how to keep it. */
function foreignOrigin(origin: string, host: string): DomainError {
  const detail =
    `pages of ${origin} may not use this server, which is ${host} by the Host header: a proxy has to keep Host ` +
    `(nginx: proxy_set_header Host $http_host), or the server has to be started with --origins ${origin}`
  return new DomainError('foreign-origin', detail, { field: 'Origin' })
}
