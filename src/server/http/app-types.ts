import type { FastifyInstance, FastifyBaseLogger, RawServerDefault, RawRequestDefaultExpression } from 'fastify'
import type { RawReplyDefaultExpression } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { TransportName } from '../../protocol.ts'
import type { Config } from '../config/settings.ts'
import type { Heartbeat } from '../log/heartbeat.ts'
import type { MemberUsage } from '../metering/member-usage.ts'
import type { Membership, ReaderConnection } from '../room/membership.ts'
import { DomainError } from '../errors/domain-error.ts'
import type { ClientLimits } from './client-limits.ts'
import type { RequestContext } from './request-context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext
  }
  interface FastifyInstance {
    /** The usage of a member: bytes and requests. */
    usageOf: (membership: Membership) => MemberUsage
    /** Keeps streams and sockets alive. */
    heartbeat: Heartbeat
    /** What one client may use. */
    limits: ClientLimits
  }
  interface FastifyContextConfig {
    /** The transport of this route: its requests are counted for this transport. */
    transport?: TransportName
    /** Requests of this route are not counted for the member. */
    uncounted?: boolean
    /** A file of the page: served to every origin. */
    isPageFile?: boolean
  }
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** Mounts the route of a transport on an app whose prefix is the room. */
export type MountTransport = (app: App, path: string, transport: TransportName, config: Config) => void

/** The membership of a connection. @throws DomainError `unknown-token` for a connection without a token */
export function requireMembership({ membership }: ReaderConnection): Membership {
  if (!membership) {
    throw new DomainError('unknown-token', 'this needs a token: join the room, then send Authorization: Bearer <token>')
  }
  return membership
}

/** Answers a plain request at the address of a WebSocket. */
export const upgradeRequired = (): Promise<never> =>
  Promise.reject(new DomainError('upgrade-required', 'this is a WebSocket: ask for it with Upgrade: websocket'))
