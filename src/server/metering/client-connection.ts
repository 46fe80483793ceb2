import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TransportName } from '../../protocol.ts'
import { assignedByteSource, splitBytes, type ByteSource, type TransferredBytes } from './byte-source.ts'
import { digest } from '../room/ids.ts'
import { MAX_OPEN_REQUESTS } from '../config/limits.ts'
import type { ConnectionUse, MemberUsage } from './member-usage.ts'
import { SmallSet } from '../log/small-set.ts'

/** ms for a refusal to go out. After that the connection is cut. */
const REFUSAL_MS = 1000

/** What was read last: one object for all connections, since it is used at once. */
const LAST_DELTA: TransferredBytes = { up: { head: 0, body: 0 }, down: { head: 0, body: 0 } }

/** A request under way on a connection. */
export interface OpenRequest {
  /** null if it has become a WebSocket. */
  readonly response: ServerResponse | null
  /** Answers a held read now. */
  endRead(): void
  /** Its connection is gone. */
  end(): void
}

/**
 * One TCP connection of a client, or what TLS makes of it, with the requests under way on it. On HTTP/1.1, and after an
 * upgrade, one exchange at a time has the connection to itself: its bytes are the connection's. For a TLS connection Node
 * counts what went into it and came out of it, not its records.
 */
export class ClientConnection implements ByteSource {
  readonly connection: Socket
  #upBytes = 0
  #downBytes = 0
  /** More than one on HTTP/2, and for a client that pipelines. */
  readonly #openRequests = new SmallSet<OpenRequest>()
  /** How the connection was used last. */
  #lastUse: ConnectionUse | null = null
  #isRefused = false
  #token = ''
  #tokenDigest = ''
  /** Preflights that are not counted for a request yet. */
  #preflights = 0

  constructor(socket: Socket) {
    this.connection = socket
    // One listener per connection. With one per request, closing a connection takes time with the square of their number.
    socket.on('close', onClose)
  }

  /** Too many requests are under way: the connection is about to be closed, and reads that begin end at once. */
  get isRefused(): boolean {
    return this.#isRefused
  }
  get isClosed(): boolean {
    return this.connection.destroyed
  }
  /** HTTP/2 bounds its streams itself. */
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
  }

  removeRequest(request: OpenRequest): void {
    this.#openRequests.delete(request)
  }

  /** Ends held reads, so that the refusal that is queued behind them goes out. */
  refuse(): void {
    this.#isRefused = true
    for (const request of this.#openRequests.toArray()) request.endRead()
    const timer = setTimeout(() => this.connection.destroy(), REFUSAL_MS)
    this.connection.once('close', () => clearTimeout(timer))
  }

  /** The digest of a token. Most connections send the same one again and again: it is not hashed each time. */
  digestOf(token: string): string {
    if (token !== this.#token) {
      this.#token = token
      this.#tokenDigest = digest(token)
    }
    return this.#tokenDigest
  }

  /** Notes that a member uses the connection for a transport: mostly the same ones as before. */
  connectionUse(usage: MemberUsage, transport: TransportName): ConnectionUse {
    if (this.#lastUse?.usage !== usage || this.#lastUse.transport !== transport) {
      this.#lastUse = usage.addConnection(this.connection, transport)
    }
    return this.#lastUse
  }

  addPreflight(): void {
    this.#preflights += 1
  }

  drainPreflights(): number {
    const count = this.#preflights
    this.#preflights = 0
    return count
  }

  /**
   * Node emits `close` for the response whose turn it is. Responses that are queued behind it get theirs here, and requests
   * that became a WebSocket have none.
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

/** One function for all sockets: a closure each would be kept for as long as each. */
function onClose(this: Socket): void {
  connections.get(this)?.closeRequests()
}

export function connectionOf(socket: Socket): ClientConnection {
  let connection = connections.get(socket)
  if (!connection) connections.set(socket, (connection = new ClientConnection(socket)))
  return connection
}
