import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordedPath } from '../meter.ts'
import type { TransportName } from '../protocol.ts'
import type { ClientConnection, OpenRequest } from './client-connection.ts'
import { serverNow } from './clock.ts'
import { isGone } from './gone.ts'
import type { MemberUsage } from './member-usage.ts'
import type { ReaderConnection } from './membership.ts'
import type { ProblemError } from './problem.ts'
import { MemberRequestMeter, NO_METER, type RequestMeter } from './request-meter.ts'
import type { Room } from './room.ts'

/** What the server knows of a request while it is under way. */
export class RequestContext implements OpenRequest {
  readonly connection: ClientConnection
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #receivedAt = serverNow()
  #meter: RequestMeter = NO_METER
  #read: { room: Room; reader: ReaderConnection } | null = null
  /** Why the token is not good, where a close code says so and not a status. */
  refusal: ProblemError | null = null

  constructor(connection: ClientConnection, request: FastifyRequest, reply: FastifyReply) {
    this.connection = connection
    this.#request = request
    this.#reply = reply
    connection.add(this)
  }

  get response(): ServerResponse {
    return this.#reply.raw
  }
  get meter(): RequestMeter {
    return this.#meter
  }
  get room(): Room {
    return this.#entered.room
  }
  /** Ends when the request does. */
  get reader(): ReaderConnection {
    return this.#entered.reader
  }

  /** The request is about a room. `reader` was made for it. */
  enter(room: Room, reader: ReaderConnection): void {
    this.#read = { room, reader }
    // The client may have gone while the store was asked.
    if (this.connection.isClosed || this.connection.isRefused || isGone(this.response)) reader.end()
  }

  /** Counts the request for a member: for `transport`, or for the transport by which the member reads. */
  charge(usage: MemberUsage, transport: TransportName | undefined): void {
    const countedFor = transport ?? usage.current
    if (!countedFor) return
    const { raw, method, headers } = this.#request
    const length = headers['content-length']
    this.#meter = new MemberRequestMeter(usage, countedFor, transport !== undefined && method === 'GET', {
      source: this.connection.bytesOf(raw),
      method,
      path: () => pathOf(this.#request),
      receivedAt: this.#receivedAt,
      bodyBytes: length === undefined ? undefined : Number(length),
      requests: 1 + this.connection.takePreflights(),
    })
  }

  endRead(): void {
    this.#read?.reader.end()
  }

  /** The answer has gone out, or its connection is gone. */
  end(): void {
    this.connection.delete(this)
    this.endRead()
    // A preflight carries no token. Its bytes are counted for the request that it asks for, the next on its connection.
    if (isPreflight(this.#request)) return
    const source = this.connection.bytesOf(this.#request.raw)
    const meter = this.#meter
    if (meter === NO_METER) source.whenOver(() => source.skip())
    else source.whenOver(() => meter.finish(bodyBytes(this.#reply)))
  }

  get #entered(): { room: Room; reader: ReaderConnection } {
    if (!this.#read) throw new Error('this request is about no room')
    return this.#read
  }
}

/** A browser asks whether a page of another origin may send what it wants to send. */
export const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined

function bodyBytes(reply: FastifyReply): number {
  return reply.statusCode === 204 || reply.request.method === 'HEAD'
    ? 0
    : Number(reply.getHeader('content-length') ?? 0)
}

/** Records are looked at, exported and passed on: whatever looks like a token stays out of them. */
function pathOf({ url, headers }: FastifyRequest): string {
  const said = `${headers.authorization ?? ''},${headers['sec-websocket-protocol'] ?? ''}`
  const tokens = [...said.matchAll(/bearer[ .]+([^\s,]+)/gi)].map(([, token]) => token ?? '')
  return tokens.reduce((path, token) => path.replaceAll(token, '…'), recordedPath(url))
}
