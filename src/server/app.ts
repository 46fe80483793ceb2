import type { Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { TRANSPORTS, type TransportName } from '../protocol.ts'
import { closeInOrder } from './http/shutdown.ts'
import { configOf, type Config } from './config/settings.ts'
import type { App } from './http/app-types.ts'
import { memoize } from './log/encoded-batch.ts'
import { authenticate } from './http/authenticate.ts'
import { requireProgress } from './http/body-progress.ts'
import { Heartbeat } from './log/heartbeat.ts'
import { certificateOf } from './http/http2/certificate.ts'
import { serverFactory } from './http/server-factory.ts'
import { mountHealth } from './routes/health.ts'
import { mountMembers } from './routes/members.ts'
import { MAX_BODY_BYTES } from './config/limits.ts'
import { mountAbout } from './routes/about.ts'
import { Links } from './links/links.ts'
import { createLog, fastifyLogging } from './config/logging.ts'
import { mountMessages } from './routes/messages.ts'
import { mountMeterSocket } from './routes/meter-socket.ts'
import { handleBadUrl, handleParserError } from './http/client-errors.ts'
import { checkHandshakes } from './http/handshake.ts'
import { handleErrors } from './http/error-handler.ts'
import { mountReports } from './routes/reports.ts'
import { mountPage } from './routes/page.ts'
import { Rooms } from './room/rooms.ts'
import type { Membership } from './room/membership.ts'
import { MemberUsage } from './metering/member-usage.ts'
import { ClientLimits } from './http/client-limits.ts'
import { checkOrigins } from './http/origins.ts'
import { trackRequests } from './http/requests.ts'
import { webSocketPaths } from './http/upgrades.ts'
import { mountDocs } from './routes/docs.ts'
import { openStore } from './store/open-store.ts'
import { transports, UPGRADING } from './transports/index.ts'
import { validatorCompiler } from './errors/validate.ts'
import { webSocketOptions } from './transports/websocket-options.ts'

/** The same path from dist/server/ and from src/server/. */
const PUBLIC_DIR = fileURLToPath(new URL('../../public/', import.meta.url))

export interface Playground {
  app: App
  rooms: Rooms
}

/** An app with all routes, which does not listen yet. `app.close()` answers held polls and ends every connection. */
export async function buildApp(given: Partial<Config> = {}): Promise<Playground> {
  const config = configOf(given)
  const usageOf = memoize<Membership, MemberUsage>(() => new MemberUsage())

  const certificate = await certificateOf(config)
  const log = createLog(config.logLevel)
  const app: App = Fastify<Server>({
    ...fastifyLogging(log),
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    trustProxy: config.trustProxy === '' ? false : config.trustProxy,
    clientErrorHandler: handleParserError,
    frameworkErrors: (error, _request, reply) => handleBadUrl(error, reply),
    serverFactory: serverFactory(config, certificate, webSocketPaths(['meter', ...UPGRADING])),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.log = log
  const store = await openStore(config, log)
  const rooms = new Rooms(store, config.maxRooms, config.roomIdle)
  const heartbeat = new Heartbeat(config.heartbeat)
  app.addHook('onClose', () => {
    heartbeat.close()
    return store.close()
  })
  app.setValidatorCompiler(validatorCompiler)
  app.decorateRequest('context')
  app.decorate('usageOf', usageOf)
  app.decorate('heartbeat', heartbeat)
  // A form of another site can post text/plain without a preflight, but not JSON.
  app.removeContentTypeParser('text/plain')

  handleErrors(app)

  const inFlight = trackRequests(app, rooms)
  app.decorate('limits', new ClientLimits(config, () => inFlight.count))
  requireProgress(app)
  // With TLS, a browser would ask the user to trust the certificate for each port of the links.
  const links = new Links(app, certificate ? 'off' : config.links)
  checkOrigins(app, config, links)
  app.addHook('onClose', () => links.close())

  mountDocs(app)
  mountHealth(app, rooms, store)
  if (config.metrics) (await import('./operations/metrics.ts')).mountMetrics(app, rooms, store)
  mountAbout(app, links)
  mountReports(app, config.reports)
  const roomRoutes = { prefix: '/rooms/:room' }
  await app.register(async (scope) => {
    const room = scope.withTypeProvider<TypeBoxTypeProvider>()
    authenticate(room, rooms)
    mountMembers(room, rooms, config)
    mountMessages(room)
    for (const name of TRANSPORTS.filter((name) => !UPGRADING.has(name))) mountTransport(room, name)
  }, roomRoutes)
  // In a separate scope: the WebSocket plugin adds hooks to every request of its scope.
  await app.register(async (scope) => {
    const room = scope.withTypeProvider<TypeBoxTypeProvider>()
    await room.register(websocket, webSocketOptions(config, closeInOrder(rooms, inFlight)))
    checkHandshakes(room)
    authenticate(room, rooms)
    mountMeterSocket(room)
    for (const name of UPGRADING) mountTransport(room, name)
  }, roomRoutes)
  await app.register((scope) => mountPage(scope, links, config, PUBLIC_DIR))
  return { app, rooms }

  function mountTransport(scope: App, name: TransportName): void {
    transports[name](scope, `/${name}`, name, config)
  }
}
