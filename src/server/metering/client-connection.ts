import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TransportName } from '../../protocol.ts'
import { ownByteSource, splitBytes, type ByteSource, type Crossed } from './byte-source.ts'
import { digest } from '../room/ids.ts'
import { MAX_OPEN_REQUESTS } from '../config/limits.ts'
import type { ConnectionUse, MemberUsage } from './member-usage.ts'
import { SmallSet } from '../log/small-set.ts'

/** ms for a refusal to go out. After that the connection is cut. */
const REFUSAL_MS = 1000

/** What was read last: one object for all connections, since it is used at once. */
const CROSSED: Crossed = { up: { head: 0, body: 0 }, down: { head: 0, body: 0 } }

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
  #up = 0
  #down = 0
  /** More than one on HTTP/2, and for a client that pipelines. */
  readonly #open = new SmallSet<OpenRequest>()
  /** How the connection was used last. */
  #use: ConnectionUse | null = null
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
    return this.#open.size > MAX_OPEN_REQUESTS
  }

  bytesOf(request: IncomingMessage): ByteSource {
    return request.httpVersionMajor === 1 ? this : (ownByteSource(request) ?? this)
  }

  readDelta(up: number, down: number): Crossed {
    const { bytesRead, bytesWritten } = this.connection
    splitBytes(bytesRead - this.#up, up, CROSSED.up)
    splitBytes(bytesWritten - this.#down, down, CROSSED.down)
    this.#up = bytesRead
    this.#down = bytesWritten
    return CROSSED
  }

  skip(): void {
    this.#up = this.connection.bytesRead
    this.#down = this.connection.bytesWritten
  }

  whenOver(done: () => void): void {
    done()
  }

  add(request: OpenRequest): void {
    this.#open.add(request)
  }

  delete(request: OpenRequest): void {
    this.#open.delete(request)
  }

  /** Ends held reads, so that the refusal that is queued behind them goes out. */
  refuse(): void {
    this.#isRefused = true
    for (const request of this.#open.toArray()) request.endRead()
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
  usedBy(usage: MemberUsage, transport: TransportName): ConnectionUse {
    if (this.#use?.usage !== usage || this.#use.transport !== transport) {
      this.#use = usage.connect(this.connection, transport)
    }
    return this.#use
  }

  addPreflight(): void {
    this.#preflights += 1
  }

  takePreflights(): number {
    const count = this.#preflights
    this.#preflights = 0
    return count
  }

  /**
   * Node emits `close` for the response whose turn it is. Responses that are queued behind it get theirs here, and requests
   * that became a WebSocket have none.
   */
  closed(): void {
    for (const request of this.#open.toArray()) {
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
  connections.get(this)?.closed()
}

export function connectionOf(socket: Socket): ClientConnection {
  let connection = connections.get(socket)
  if (!connection) connections.set(socket, (connection = new ClientConnection(socket)))
  return connection
}
