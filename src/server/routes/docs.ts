import type { App } from '../http/app-types.ts'
import type { MountedRoute } from './openapi.ts'

/**
 * Describes the routes that are mounted after this at /docs. The description is made on the first request: the packages for
 * it take 7 MiB.
 */
export function mountDocs(app: App): void {
  const routes: MountedRoute[] = []
  let docs: ReturnType<typeof load> | null = null
  app.addHook('onRoute', ({ method: methods, url, schema }) => {
    // Each route for GET is one for HEAD too, and the description adds these itself.
    for (const method of [methods].flat())
      if (method !== 'HEAD') routes.push({ method, url, ...(schema && { schema }) })
  })
  app.addHook('onClose', async () => (await docs)?.close())

  async function load() {
    const { buildDocs } = await import('./openapi.ts')
    return buildDocs(routes.filter(({ url }) => !url.startsWith('/docs')))
  }

  // Relative, as the addresses in these pages are: a proxy may serve them below a path.
  app.get('/docs', { schema: { hide: true } }, (_request, reply) => reply.code(302).header('location', 'docs/').send())
  app.get('/docs/*', { schema: { hide: true } }, async (request, reply) => {
    const app = await (docs ??= load())
    reply.hijack()
    reply.raw.setHeader('cache-control', 'no-store')
    app.routing(request.raw, reply.raw)
  })
}
