import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordedPath } from '../meter.ts'
import { BEARER_PREFIX, schemas } from '../protocol.ts'
import type { App } from './context.ts'
import { isPreflight, takePreflights } from './cors.ts'
import { Exchange } from './exchange.ts'
import { isGone } from './gone.ts'
import type { Links } from './links.ts'
import { isRefused } from './open-requests.ts'
import { problems, ProblemError } from './problem.ts'
import type { Rooms } from './rooms.ts'
import type { Seat } from './seat.ts'
import { validator } from './validate.ts'
import { wireOf } from './wire.ts'

/**
 * Finds out, for every request below /rooms/:room, which room it is about, who asks, and on whose account it goes.
 * A token that is not good ends an HTTP request here; a WebSocket's ends after the handshake, since a browser shows a
 * page only close codes.
 */
export function guardRooms(app: App, rooms: Rooms): void {
  const roomParams = validator(schemas.room)

  app.addHook('preValidation', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    // A page that reads over a link says its cursor here, so that its URL stays the same: a browser preflights by URL.
    const { 'last-event-id': after } = request.headers
    if (after !== undefined) request.query = { ...(request.query as object), after }
    request.room = await rooms.enter(roomParams(request.params).room)
    const seat = await findSeat(request)
    request.visit = request.room.visit(seat)
    // `close` comes once and last, after an answer as after a broken line; for a WebSocket, when the socket closes.
    reply.raw.once('close', request.visit.end)
    const { socket } = request.raw
    if (socket.destroyed || isGone(reply.raw) || isRefused(socket)) request.visit.end()
    const { transport, uncounted } = request.routeOptions.config
    const bodyBytes = Number(request.headers['content-length'] ?? 0)
    const requests = 1 + takePreflights(request.raw.socket)
    if (seat && !uncounted) request.exchange.charge(app.accountOf(seat), transport, bodyBytes, requests)
  })
}

/** Marks the socket at both ends of every exchange, counted or not, so that the next one begins at its own first byte. */
export function countExchanges(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    // A preflight carries no token. What it weighs falls to the request that it asks for, the next on its connection.
    if (isPreflight(request)) return
    const wire = wireOf(request.raw)
    const exchange = (request.exchange = new Exchange(wire, request.method, pathOf(request)))
    reply.raw.once('close', () => wire.whenOver(() => exchange.finish(bodyBytes(reply))))
  })
  app.addHook('onSend', async (request, reply) => {
    if (!isPreflight(request)) request.exchange.leaves(reply.statusCode)
  })
}

function bodyBytes(reply: FastifyReply): number {
  return reply.statusCode === 204 || reply.request.method === 'HEAD'
    ? 0
    : Number(reply.getHeader('content-length') ?? 0)
}

/** What is written down is looked at, exported and passed on: whatever looks like a token stays out of it. */
function pathOf({ url, headers }: FastifyRequest): string {
  const said = `${headers.authorization ?? ''},${headers['sec-websocket-protocol'] ?? ''}`
  const tokens = [...said.matchAll(/bearer[ .]+([^\s,]+)/gi)].map(([, token]) => token ?? '')
  return tokens.reduce((path, token) => path.replaceAll(token, '…'), recordedPath(url))
}

async function findSeat(request: FastifyRequest): Promise<Seat | null> {
  const token = tokenOf(request)
  if (token === null) return null
  try {
    return await request.room.seatOf(token)
  } catch (error) {
    const isVerdict = error instanceof ProblemError && error.statusCode < 500
    if (!request.ws || !isVerdict) throw error
    request.refusal = error
    return null
  }
}

/** A token comes in a header, or among the subprotocols of a WebSocket; never in a URL, since those end up in logs. */
function tokenOf({ headers }: FastifyRequest): string | null {
  if (headers.authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization)?.[1]
    if (token === undefined) throw problems.unknownToken('Authorization is not of the form: Bearer <token>')
    return token
  }
  const offers = headers['sec-websocket-protocol']?.split(',').map((offer) => offer.trim()) ?? []
  return offers.find((offer) => offer.startsWith(BEARER_PREFIX))?.slice(BEARER_PREFIX.length) ?? null
}

/**
 * Refuses pages of other origins. What is no page (curl, a program) sends no Origin and may. A browser keeps a page from
 * reading foreign HTTP answers by itself, but not from opening a foreign WebSocket: there only the server can refuse.
 */
export function refuseForeignOrigins(app: App, allowed: readonly string[], links: Links): void {
  app.addHook('onRequest', async ({ headers: { origin }, host }) => {
    if (origin === undefined || allowed.includes(origin)) return
    if (URL.canParse(origin) && new URL(origin).host === host) return
    if (await links.lets(origin, host)) return
    throw problems.foreignOrigin(`pages of ${origin} may not use this server: see --origins`, { field: 'Origin' })
  })
}
