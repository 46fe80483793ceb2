import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/settings.ts'
import { DomainError } from '../errors/domain-error.ts'
import { full } from '../errors/store-errors.ts'
import { AddressBook } from '../limits/address-book.ts'
import { addressKey } from '../limits/address-key.ts'
import { rateOf, TokenBucket, type Rate } from '../limits/token-bucket.ts'
import { memoize } from '../log/encoded-batch.ts'
import type { Membership } from '../room/membership.ts'
import type { RequestContext } from './request-context.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** How long a client may use a rate at once, in ms. */
const BURST_MS = { posts: 5 * SECOND_MS, frames: 5 * SECOND_MS, joins: 2 * MINUTE_MS, rooms: HOUR_MS }
/** Sockets of an address beyond its limit that get a close reason. Further sockets are refused without a handshake. */
const MAX_REFUSED_SOCKETS = 64
/** Connections end at the decision of their clients: this is a guess. */
const RETRY_CONNECTION_MS = 5000

/** A request with one of these was forwarded. Proxies name the client in different headers, and some name themselves alone. */
const OF_PROXIES =
  'x-forwarded-for forwarded x-real-ip via x-forwarded-host x-forwarded-proto x-forwarded-port cf-connecting-ip true-client-ip'.split(
    ' ',
  )

/** Counts the frames that one socket sends. */
export class FrameLimit {
  readonly #rate: Rate
  readonly #bucket: TokenBucket
  readonly perSecond: number

  constructor(rate: Rate, perSecond: number) {
    this.#rate = rate
    this.#bucket = new TokenBucket(rate)
    this.perSecond = perSecond
  }

  /** False when the socket has sent too many. */
  take(): boolean {
    return this.#bucket.take(this.#rate) === 0
  }
}

/**
 * What one client may use of the server. Clients of this machine have no limits of these by default, so that a benchmark or a test
 * measures the server. A request that a proxy has forwarded is not of this machine.
 */
export class ClientLimits {
  readonly #config: Config
  readonly #posts: Rate
  readonly #frames: Rate
  readonly #joins: Rate
  readonly #rooms: Rate
  readonly #addresses: AddressBook
  readonly #postsOf: (membership: Membership) => TokenBucket
  readonly #openRequests: () => number

  /** @param openRequests number of requests and sockets of this process whose answer is not complete */
  constructor(config: Config, openRequests: () => number) {
    this.#config = config
    this.#openRequests = openRequests
    this.#posts = rateOf(config.memberPosts, SECOND_MS, BURST_MS.posts)
    this.#frames = rateOf(config.socketFrames, SECOND_MS, BURST_MS.frames)
    this.#joins = rateOf(config.addressJoins, MINUTE_MS, BURST_MS.joins)
    this.#rooms = rateOf(config.addressRooms, HOUR_MS, BURST_MS.rooms)
    this.#addresses = new AddressBook({ joins: this.#joins, rooms: this.#rooms })
    this.#postsOf = memoize<Membership, TokenBucket>(() => new TokenBucket(this.#posts))
  }

  /**
   * Counts a request of a room from now until it ends.
   *
   * @throws DomainError `full`, `too-many-requests`
   */
  admitConnection(request: FastifyRequest, membership: Membership | null): void {
    const { maxConnections, memberConnections, addressConnections, addressReaders } = this.#config
    if (this.#openRequests() > maxConnections) throw full('this server has no free connection', maxConnections)
    if (!this.#appliesTo(request)) return
    // A client that has disconnected since has no address any more. It gets no answer.
    const address = request.ip as string | undefined
    if (address === undefined) return
    const entry = this.#addresses.entryOf(addressKey(address))
    // Socket.IO has no transport here: its token comes later.
    const isReader = membership === null && request.routeOptions.config.transport !== undefined
    request.context.countFor(entry, isReader)
    if (addressConnections > 0 && entry.connections > addressConnections)
      throw tooMany(`one address may have ${addressConnections} connections`, addressConnections, RETRY_CONNECTION_MS)
    if (isReader && addressReaders > 0 && entry.readers > addressReaders) {
      const detail = `one address may read by ${addressReaders} connections without a token: join the room`
      throw tooMany(detail, addressReaders, RETRY_CONNECTION_MS)
    }
    if (membership) this.#admitMember(membership, memberConnections)
  }

  /** Whether a refused WebSocket of this client may get its reason after the handshake. */
  canRefuseByClosing({ addressEntry }: RequestContext): boolean {
    if (!addressEntry) return true
    const { addressConnections, addressReaders } = this.#config
    const { connections, readers } = addressEntry
    const isWithin = (count: number, limit: number) => limit === 0 || count <= limit + MAX_REFUSED_SOCKETS
    return isWithin(connections, addressConnections) && isWithin(readers, addressReaders)
  }

  /** As `admitConnection`, for a member that is known later than its request. @throws DomainError `too-many-requests` */
  admitMemberConnection({ addressEntry }: RequestContext, membership: Membership): void {
    if (addressEntry) this.#admitMember(membership, this.#config.memberConnections)
  }

  /** @throws DomainError `too-many-requests` */
  admitJoin({ addressEntry }: RequestContext): void {
    const waitMs = addressEntry?.joins.take(this.#joins) ?? 0
    const limit = this.#config.addressJoins
    if (waitMs > 0) throw tooMany(`one address may join ${limit} times in a minute`, limit, waitMs)
  }

  /** @throws DomainError `too-many-requests` */
  admitRoom({ addressEntry }: RequestContext): void {
    const waitMs = addressEntry?.rooms.take(this.#rooms) ?? 0
    const limit = this.#config.addressRooms
    if (waitMs > 0) throw tooMany(`one address may create ${limit} rooms in an hour`, limit, waitMs)
  }

  /** A member has one rate for all transports. @throws DomainError `too-many-requests` */
  admitPost({ addressEntry }: RequestContext, membership: Membership): void {
    if (!addressEntry) return
    const waitMs = this.#postsOf(membership).take(this.#posts)
    const limit = this.#config.memberPosts
    if (waitMs > 0) throw tooMany(`a member may post ${limit} messages in a second`, limit, waitMs)
  }

  /** null for a socket without a limit. */
  frameLimit({ addressEntry }: RequestContext): FrameLimit | null {
    return addressEntry && new FrameLimit(this.#frames, this.#config.socketFrames)
  }

  #admitMember(membership: Membership, limit: number): void {
    if (limit === 0 || membership.connectionCount < limit) return
    throw tooMany(`a member may have ${limit} connections`, limit, RETRY_CONNECTION_MS)
  }

  #appliesTo({ headers, context }: FastifyRequest): boolean {
    if (this.#config.limitLocal || !context.connection.isLoopback) return true
    return OF_PROXIES.some((name) => headers[name] !== undefined)
  }
}

const tooMany = (detail: string, limit: number, retryAfterMs: number): DomainError =>
  new DomainError('too-many-requests', detail, { limit, retryAfterMs })
