import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { BEARER_PREFIX, schemas } from '../../protocol.ts'
import type { App } from './app-types.ts'
import type { Membership } from '../room/membership.ts'
import { DomainError } from '../errors/domain-error.ts'
import { closeCodeOf } from './problems.ts'
import type { Room } from '../room/room.ts'
import type { Rooms } from '../room/rooms.ts'
import { validator } from '../errors/validate.ts'

/**
 * For every request below /rooms/:room: finds the room, the member that sends it, and the usage that it is counted for.
 * Synchronous if this process knows room and member; otherwise the store is asked.
 */
export function authenticate(app: App, rooms: Rooms): void {
  const roomParams = validator(schemas.room)

  app.addHook('preValidation', (request, reply, next) => {
    reply.header('cache-control', 'no-store')
    try {
      const pending = findRoomAndMember(request)
      if (pending) pending.then(() => next(), next)
      else next()
    } catch (error) {
      next(error as Error)
    }
  })

  function findRoomAndMember(request: FastifyRequest): Promise<void> | null {
    const room = rooms.find((request.params as { room: string }).room)
    if (room?.open() !== null) return visit(request)
    const membership = findMembership(request, room)
    if (membership instanceof Promise) {
      return room.whileInUse(async () => enter(request, room, await membership))
    }
    enter(request, room, membership)
    return null
  }

  function visit(request: FastifyRequest): Promise<void> {
    return rooms.visit(roomParams(request.params).room, async (room) =>
      enter(request, room, await findMembership(request, room)),
    )
  }

  function enter(request: FastifyRequest, room: Room, membership: Membership | null): void {
    admit(request, membership)
    const { transport, uncounted } = request.routeOptions.config
    request.context.assignRoom(room, room.connect(membership, transport))
    if (membership && !uncounted) request.context.startMeter(app.usageOf(membership), transport)
  }

  /** A WebSocket is refused after the handshake. Socket.IO decides by the status of an answer. */
  function admit(request: FastifyRequest, membership: Membership | null): void {
    try {
      app.limits.admitConnection(request, membership)
    } catch (error) {
      // A client that asks again at once would cost more than one that has to connect for it.
      if (request.raw.httpVersionMajor === 1) request.context.response?.setHeader('connection', 'close')
      const { transport, uncounted } = request.routeOptions.config
      const isWebSocket = request.ws && (transport === 'websocket' || uncounted)
      const canClose = isWebSocket && app.limits.canRefuseByClosing(request.context)
      if (!canClose || !(error instanceof DomainError) || closeCodeOf(error) === undefined) throw error
      request.context.refusal ??= error
    }
  }
}

function findMembership(request: FastifyRequest, room: Room): Membership | null | Promise<Membership | null> {
  const token = tokenOf(request.headers)
  if (token === null) return null
  const tokenDigest = request.context.connection.digestOf(token)
  return request.ws ? findForSocket(request, room, tokenDigest) : room.membershipByDigest(tokenDigest)
}

/** A bad token is refused after the handshake of a WebSocket: a browser shows a page close codes only. */
async function findForSocket(request: FastifyRequest, room: Room, tokenDigest: string): Promise<Membership | null> {
  try {
    return await room.membershipByDigest(tokenDigest)
  } catch (error) {
    if (!(error instanceof DomainError) || closeCodeOf(error) === undefined) throw error
    request.context.refusal = error
    return null
  }
}

/** Reads the token from a header, or from the subprotocols of a WebSocket. Never from a URL, since URLs are logged. */
function tokenOf(headers: IncomingHttpHeaders): string | null {
  const { authorization, 'sec-websocket-protocol': protocols } = headers
  // A browser adds the credentials of a proxy (`Basic …`) to every request: another scheme is not meant for this server.
  if (authorization !== undefined && /^Bearer(\s|$)/i.test(authorization)) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
    if (token === undefined) throw new DomainError('unknown-token', 'Authorization is not of the form: Bearer <token>')
    return token
  }
  if (protocols === undefined) return null
  const offers = protocols.split(',').map((offer) => offer.trim())
  return offers.find((offer) => offer.startsWith(BEARER_PREFIX))?.slice(BEARER_PREFIX.length) ?? null
}
