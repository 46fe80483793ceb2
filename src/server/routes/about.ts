import { TRANSPORTS, type About } from '../../protocol.ts'
import type { App } from '../http/app-types.ts'
import type { Links } from '../links/links.ts'

/** Lists the transports and the links of this server. */
export function mountAbout(app: App, links: Links): void {
  app.get('/about', async (request, reply) => {
    await links.open()
    reply.header('cache-control', 'no-store')
    // A setting can disable a transport, which then mounts no route.
    const transports = TRANSPORTS.filter((name) => app.hasRoute({ method: 'GET', url: `/rooms/:room/${name}` }))
    return { transports, links: links.listFor(request.host) } satisfies About
  })
}
