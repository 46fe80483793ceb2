import helmet from '@fastify/helmet'
import statics from '@fastify/static'
import type { Config } from '../config/settings.ts'
import type { App } from '../http/app-types.ts'
import type { Links } from '../links/links.ts'

/**
 * Serves the page, under a policy by which the page can load from and connect to this server only. Answers of the rooms have
 * no such headers: their size is what this project measures, and a browser does not run JSON.
 */
export async function mountPage(scope: App, links: Links, { jsonp }: Config, publicDir: string): Promise<void> {
  // The policy names the links' ports.
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
  await scope.register(statics, { root: publicDir, cacheControl: true, maxAge: 0 })
}
