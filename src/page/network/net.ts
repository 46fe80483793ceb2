import type { AboutLink } from '../../protocol.ts'
import type { Net } from '../../client/transports/transport.ts'
import { loadScript } from './jsonp-script.ts'
import { sharedConnections } from './shared-connections.ts'

/** The network environment of this page, to the server that it was loaded from. */
export const net: Net = {
  // Below the path at which a proxy serves the page.
  base: new URL('.', document.baseURI).href.replace(/\/$/, ''),
  // Called as a method of this object, fetch would have the wrong `this`.
  fetch: (...args) => fetch(...args),
  WebSocket,
  loadScript,
  ...limited(location.origin),
}

/**
 * The same server over one of its links. To a browser this is another origin: a request with a token needs a CORS preflight,
 * which is cached by URL. With the cursor in the URL each poll would be two requests, so the cursor is sent in a header. In
 * `If-None-Match` too: a browser bypasses its caches for a request with that header, and the cache of preflights is one of them.
 */
export function netOverLink(direct: Net, link: AboutLink | null): Net {
  if (link === null) return direct
  const url = new URL(direct.base)
  url.port = String(link.port)
  return {
    ...direct,
    base: url.origin,
    ...limited(url.origin),
    fetch: (input, init) => {
      if (typeof input !== 'string') return direct.fetch(input, init)
      const url = new URL(input)
      const headers = new Headers(init?.headers)
      const cursor = url.searchParams.get('after') ?? headers.get('if-none-match')?.slice(1, -1)
      if (cursor === undefined) return direct.fetch(input, init)
      url.searchParams.delete('after')
      headers.delete('if-none-match')
      headers.set('last-event-id', cursor)
      return direct.fetch(url.href, { ...init, headers })
    },
  }
}

function limited(base: string): Pick<Net, 'sharedConnections'> {
  const connections = sharedConnections(base)
  return connections ? { sharedConnections: connections } : {}
}
