import type {
  FastifyInstance,
  FastifyRequest,
  FastifyBaseLogger,
  RawServerDefault,
  RawRequestDefaultExpression,
} from 'fastify'
import type { RawReplyDefaultExpression } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { TransportName } from '../protocol.ts'
import type { Account } from './account.ts'
import type { Config } from './config.ts'
import type { Exchange } from './exchange.ts'
import { problems, type ProblemError } from './problem.ts'
import type { Room } from './room.ts'
import type { Seat, Visit } from './seat.ts'

/** What every request below /rooms/:room has found out before its handler runs. */
declare module 'fastify' {
  interface FastifyRequest {
    room: Room
    /** undefined until the room and the member are known. */
    visit: Visit
    exchange: Exchange
    /** Why the token is not good, where that is said by a close code and not by a status. */
    refusal: ProblemError | null
  }
  interface FastifyInstance {
    /** What a member's lines cost. */
    accountOf: (seat: Seat) => Account
  }
  interface FastifyContextConfig {
    /** The transport that this route is; what it costs is counted there. */
    transport?: TransportName
    /** Not on anybody's account. */
    uncounted?: boolean
  }
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** One transport: mounts its route on an app whose prefix is the room. */
export type MountTransport = (app: App, path: string, transport: TransportName, config: Config) => void

/** The member that asks. @throws 401 when nobody said who it is */
export function seatOf(request: FastifyRequest): Seat {
  const { seat } = request.visit
  if (!seat) throw problems.unknownToken('this needs a token: join the room, then send Authorization: Bearer <token>')
  return seat
}
