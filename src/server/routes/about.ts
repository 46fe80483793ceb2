import { TRANSPORTS, type About } from '../../protocol.ts'
import type { App } from '../http/app-types.ts'
import type { Links } from '../links/links.ts'

/** What this server can be read by, and over which networks. */
export function mountAbout(app: App, links: Links): void {
  app.get('/about', async (_request, reply) => {
    await links.open()
    reply.header('cache-control', 'no-store')
    // A transport may mount nothing, by this server's settings.
    const transports = TRANSPORTS.filter((name) => app.hasRoute({ method: 'GET', url: `/rooms/:room/${name}` }))
    return { transports, links: links.list } satisfies About
  })
}
