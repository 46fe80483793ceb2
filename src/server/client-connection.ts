import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ConnectionBytes, ownByteSource, type ByteSource } from './byte-source.ts'
import { MAX_OPEN_REQUESTS } from './limits.ts'

/** ms for a refusal to go out. After that the connection is cut. */
const REFUSAL_MS = 1000

/** A request under way on a connection. */
export interface OpenRequest {
  readonly response: ServerResponse
  /** Answers a held read now. */
  endRead(): void
}

/** One TCP connection of a client, or what TLS makes of it, with the requests under way on it. */
export class ClientConnection {
  readonly #socket: Socket
  readonly #bytes: ConnectionBytes
  /** More than one on HTTP/2, and on HTTP/1.1 for a client that pipelines. */
  readonly #open = new Set<OpenRequest>()
  #isRefused = false
  /** Preflights that are not counted for a request yet. */
  #preflights = 0

  constructor(socket: Socket) {
    this.#socket = socket
    this.#bytes = new ConnectionBytes(socket)
    // One listener per connection. With one per request, closing a connection takes time with the square of their number.
    socket.once('close', () => this.#closed())
  }

  /** Too many requests are under way: the connection is about to be closed, and reads that begin end at once. */
  get isRefused(): boolean {
    return this.#isRefused
  }
  get isClosed(): boolean {
    return this.#socket.destroyed
  }
  /** HTTP/2 bounds its streams itself. */
  get isOverLimit(): boolean {
    return this.#open.size > MAX_OPEN_REQUESTS
  }

  bytesOf(request: IncomingMessage): ByteSource {
    return request.httpVersionMajor === 1 ? this.#bytes : (ownByteSource(request) ?? this.#bytes)
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
    for (const request of this.#open) request.endRead()
    const timer = setTimeout(() => this.#socket.destroy(), REFUSAL_MS)
    this.#socket.once('close', () => clearTimeout(timer))
  }

  addPreflight(): void {
    this.#preflights += 1
  }

  takePreflights(): number {
    const count = this.#preflights
    this.#preflights = 0
    return count
  }

  /** Node emits `close` for the response whose turn it is. Responses that are queued behind it get theirs here. */
  #closed(): void {
    for (const { response } of this.#open) {
      if ('stream' in response || response.socket !== null) continue
      response.destroyed = true
      response.emit('close')
    }
  }
}

const connections = new WeakMap<Socket, ClientConnection>()

export function connectionOf(socket: Socket): ClientConnection {
  let connection = connections.get(socket)
  if (!connection) connections.set(socket, (connection = new ClientConnection(socket)))
  return connection
}
