import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TransportName } from '../../protocol.ts'
import { assignedByteSource, splitBytes, type ByteSource, type TransferredBytes } from './byte-source.ts'
import { digest } from '../room/ids.ts'
import { MAX_OPEN_REQUESTS, REQUESTS_PER_TURN } from '../config/limits.ts'
import type { ConnectionUse, MemberUsage } from './member-usage.ts'
import { isLoopback } from '../limits/address-key.ts'
import { SmallSet } from '../log/small-set.ts'

const NO_PREFLIGHTS: readonly Preflight[] = []

/** ms for a refusal to be sent. After that the connection is destroyed. */
const REFUSAL_MS = 1000

/** Result of the last read. All connections share one object, since callers use it at once. */
const LAST_DELTA: TransferredBytes = { up: { head: 0, body: 0 }, down: { head: 0, body: 0 } }

/** A CORS preflight that was answered. */
export interface Preflight {
  /** With the query. */
  path: string
  /** ms since the epoch, server clock. */
  receivedAt: number
  answeredAt: number
  /** Its bytes, which are all head. */
  upBytes: number
  downBytes: number
}

/** A request whose answer is not complete. */
export interface OpenRequest {
  /** null after an upgrade to a WebSocket. */
  readonly response: ServerResponse | null
  /** Ends a held read, which is then answered at once. */
  endRead(): void
  /** The connection is closed. */
  end(): void
}

/**
 * One TCP or TLS connection of a client, with its open requests. On HTTP/1.1, and after an upgrade, one request at a time
 * has the connection to itself: its bytes are those of the connection. For a TLS connection Node counts the plain bytes, not
 * the TLS records.
 */
export class ClientConnection implements ByteSource {
  readonly connection: Socket
  /** The peer is this machine. */
  readonly isLoopback: boolean
  #upBytes = 0
  #downBytes = 0
  /** More than one on HTTP/2, and for a client that pipelines. */
  readonly #openRequests = new SmallSet<OpenRequest>()
  #hadRequest = false
  /** Cached result of `connectionUse`. */
  #lastUse: ConnectionUse | null = null
  #isRefused = false
  #token = ''
  #tokenDigest = ''
  /** Requests that wait for their turn, in their order; null while none does. */
  #waiting: (() => void)[] | null = null
  /** Preflights that are not yet counted for a request. */
  #preflights: Preflight[] | null = null

  constructor(socket: Socket) {
    this.connection = socket
    this.isLoopback = isLoopback(socket.remoteAddress)
    // One listener per connection. With one per request, closing a connection takes time with the square of their number.
    socket.on('close', onClose)
  }

  /** Too many requests were open: the connection is about to be closed, and new reads end at once. */
  get isRefused(): boolean {
    return this.#isRefused
  }
  get isClosed(): boolean {
    return this.connection.destroyed
  }
  /** All requests so far are answered. */
  get isIdle(): boolean {
    return this.#hadRequest && this.#openRequests.size === 0
  }
  /** For HTTP/1.1: HTTP/2 limits its streams itself. */
  get isOverLimit(): boolean {
    return this.#openRequests.size > MAX_OPEN_REQUESTS
  }

  byteSourceOf(request: IncomingMessage): ByteSource {
    return request.httpVersionMajor === 1 ? this : (assignedByteSource(request) ?? this)
  }

  readDelta(up: number, down: number): TransferredBytes {
    const { bytesRead, bytesWritten } = this.connection
    splitBytes(bytesRead - this.#upBytes, up, LAST_DELTA.up)
    splitBytes(bytesWritten - this.#downBytes, down, LAST_DELTA.down)
    this.#upBytes = bytesRead
    this.#downBytes = bytesWritten
    return LAST_DELTA
  }

  discardDelta(): void {
    this.#upBytes = this.connection.bytesRead
    this.#downBytes = this.connection.bytesWritten
  }

  whenComplete(callback: () => void): void {
    callback()
  }

  addRequest(request: OpenRequest): void {
    this.#openRequests.add(request)
    this.#hadRequest = true
  }

  removeRequest(request: OpenRequest): void {
    this.#openRequests.delete(request)
  }

  /**
   * Begins a request that was added. A client that pipelines sends many at once: all but the first of them begin in later turns of
   * the event loop, so that other clients need not wait for them all.
   */
  beginInTurn(begin: () => void): void {
    if (this.#waiting) {
      this.#waiting.push(begin)
    } else if (this.#openRequests.size <= REQUESTS_PER_TURN) {
      begin()
    } else {
      this.#waiting = [begin]
      setImmediate(() => this.#beginWaiting())
    }
  }

  #beginWaiting(): void {
    const waiting = this.#waiting ?? []
    for (const begin of waiting.splice(0, REQUESTS_PER_TURN)) begin()
    if (waiting.length > 0) setImmediate(() => this.#beginWaiting())
    else this.#waiting = null
  }

  /** Ends held reads, so that the refusal queued behind them is sent. */
  refuse(): void {
    this.#isRefused = true
    for (const request of this.#openRequests.toArray()) request.endRead()
    const timer = setTimeout(() => this.connection.destroy(), REFUSAL_MS)
    this.connection.once('close', () => clearTimeout(timer))
  }

  /** The digest of a token, cached because most connections send the same token with each request. */
  digestOf(token: string): string {
    if (token !== this.#token) {
      this.#token = token
      this.#tokenDigest = digest(token)
    }
    return this.#tokenDigest
  }

  /** The use of this connection by a member for a transport, cached because most calls repeat the last. */
  connectionUse(usage: MemberUsage, transport: TransportName): ConnectionUse {
    if (this.#lastUse?.usage !== usage || this.#lastUse.transport !== transport) {
      this.#lastUse = usage.addConnection(this.connection, transport)
    }
    return this.#lastUse
  }

  addPreflight(preflight: Preflight): void {
    ;(this.#preflights ??= []).push(preflight)
  }

  drainPreflights(): readonly Preflight[] {
    const preflights = this.#preflights ?? NO_PREFLIGHTS
    this.#preflights = null
    return preflights
  }

  /**
   * Ends the open requests of a closed connection. Node emits `close` for the response that is being written; this emits it
   * for the responses queued behind. Requests that became a WebSocket have no response.
   */
  closeRequests(): void {
    for (const request of this.#openRequests.toArray()) {
      const { response } = request
      if (response === null) {
        request.end()
      } else if (!('stream' in response) && response.socket === null) {
        response.destroyed = true
        response.emit('close')
      }
    }
  }
}

const connections = new WeakMap<Socket, ClientConnection>()

/** One function for all sockets: a closure per socket would use memory as long as the socket is open. */
function onClose(this: Socket): void {
  connections.get(this)?.closeRequests()
}

export function connectionOf(socket: Socket): ClientConnection {
  let connection = connections.get(socket)
  if (!connection) connections.set(socket, (connection = new ClientConnection(socket)))
  return connection
}
