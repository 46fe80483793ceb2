import helmet from '@fastify/helmet'
import statics from '@fastify/static'
import type { FastifyError } from 'fastify'
import type { Config } from '../config/settings.ts'
import type { App } from '../http/app-types.ts'
import type { Links } from '../links/links.ts'

/**
 * Serves the page, under a policy by which the page can load from and connect to this host only. Answers of the rooms have
 * no such headers: their size is what this project measures, and a browser does not run JSON.
 *
 * The policy names every port of this host instead of the port of each link: a proxy may accept no more than 4 kB of head.
 */
export async function mountPage(scope: App, links: Links, { jsonp }: Config, publicDir: string): Promise<void> {
  scope.addHook('onRoute', (route) => void (route.config = { ...route.config, isPageFile: true }))
  // The policy depends on whether there are links.
  scope.addHook('onRequest', () => links.open())
  await scope.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'connect-src': ["'self'", ({ headers: { host } }) => links.sourcesFor(host).join(' ')],
        ...(jsonp && { 'script-src': ["'self'", ({ headers: { host } }) => links.scriptSourcesFor(host).join(' ')] }),
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
        'object-src': ["'none'"],
        'img-src': ["'self'", 'data:'],
      },
    },
    // HTTP is the default, and HSTS would make browsers refuse plain HTTP on every port of this host.
    strictTransportSecurity: false,
  })
  // The file server says 403 for a path that leads out of the folder, and thereby that it was understood.
  scope.setErrorHandler<FastifyError>((error, _request, reply) => {
    if (error.statusCode !== 403) throw error
    reply.callNotFound()
  })
  await scope.register(statics, { root: publicDir, cacheControl: true, maxAge: 0, preCompressed: true })
}
