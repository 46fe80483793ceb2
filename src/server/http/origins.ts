import { HEARTBEAT_HEADER } from '../../protocol.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app-types.ts'
import type { Config } from '../config/settings.ts'
import type { Links } from '../links/links.ts'
import { DomainError } from '../errors/domain-error.ts'
import { Hosts } from './hosts.ts'
import { isOriginOfHost, serializedOrigin } from './origin-of-host.ts'
import { isPreflight } from './request-context.ts'

/** Seconds for which a browser caches a preflight, for each URL. Chrome's maximum. */
const MAX_AGE_S = 7200

const METHODS = 'GET, POST, PATCH, DELETE'
// x-padding is the page's, for the cost of large headers. The last two are written by libraries: EventSource polyfills and
// XMLHttpRequest wrappers.
const HEADERS = 'authorization, content-type, if-none-match, last-event-id, x-padding, cache-control, x-requested-with'

/**
 * The headers that a preflight asks for, beside those above: libraries for tracing and for analytics add their own to every request of
 * a page. The origin is allowed, and this server reads no such header.
 */
function allowedHeaders(asked = ''): string {
  const names = asked.split(',').map((name) => name.trim().toLowerCase())
  const known = HEADERS.split(', ')
  return [...known, ...names.filter((name) => /^[a-z0-9-]+$/.test(name) && !known.includes(name))].join(', ')
}

/** Routes without anything to protect: the files of the page, and health. By route, since a path has many spellings. */
const isHarmless = ({ routeOptions: { url, config } }: FastifyRequest): boolean =>
  url === undefined || config.isPageFile === true || url === '/healthz' || url === '/readyz'

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
 * A foreign name in `Host` is refused for everything but these files: a browser sends no Origin when a page reads from what it
 * takes for its own origin. A proxy with its own name so gets the page, and the page's requests say what to set.
 */
export function checkOrigins(app: App, config: Config, links: Links): void {
  const allowed = config.origins.split(',').filter(Boolean).map(serializedOrigin)
  const hosts = new Hosts(() => app.server, config)

  app.addHook('onRequest', (request, reply, next) => {
    const { origin } = request.headers
    try {
      if (!isHarmless(request)) hosts.refuseForeign(request.host)
      if (origin === undefined) refuseOtherSites(request)
    } catch (error) {
      next(error as Error)
      return
    }
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

  /** An image or a script of another site is requested without Origin. Links to the page that a person follows are allowed. */
  function refuseOtherSites(request: FastifyRequest): void {
    const { headers } = request
    if (headers['sec-fetch-site'] !== 'cross-site') return
    if (headers['sec-fetch-mode'] === 'navigate' && isHarmless(request)) return
    if (config.jsonp && request.routeOptions.url === '/rooms/:room/jsonp-poll') return
    throw new DomainError('foreign-origin', 'pages of other sites may not use this server: see --origins', {
      field: 'Sec-Fetch-Site',
    })
  }

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
    void reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': allowedHeaders(request.headers['access-control-request-headers']),
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
