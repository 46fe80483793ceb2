import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordedPath } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import type { ByteSource } from '../metering/byte-source.ts'
import type { ClientConnection, OpenRequest } from '../metering/client-connection.ts'
import { serverNow } from '../log/clock.ts'
import { isDisconnected } from './disconnect.ts'
import type { AddressEntry } from '../limits/address-book.ts'
import type { MemberUsage } from '../metering/member-usage.ts'
import type { ReaderConnection } from '../room/membership.ts'
import type { DomainError } from '../errors/domain-error.ts'
import { MemberRequestMeter, NO_METER, type MeteredRequest, type RequestMeter } from '../metering/request-meter.ts'
import type { Room } from '../room/room.ts'

/** The state of a request until its answer is complete. */
export class RequestContext implements OpenRequest, MeteredRequest {
  readonly connection: ClientConnection
  readonly source: ByteSource
  #onEnd: () => void
  readonly receivedAt = serverNow()
  readonly method: string
  readonly bodyBytes: number | undefined
  /** null after an upgrade to a WebSocket, so that the HTTP objects can be collected. */
  #request: FastifyRequest | null
  #reply: FastifyReply | null
  #recordedPath: string | null = null
  #isOver = false
  #meter: RequestMeter = NO_METER
  #room: Room | null = null
  #reader: ReaderConnection | null = null
  #addressEntry: AddressEntry | null = null
  /** Reads without a token. */
  #isReader = false
  /** Why the token is refused, if a close code reports this instead of a status. */
  refusal: DomainError | null = null

  constructor(connection: ClientConnection, request: FastifyRequest, reply: FastifyReply, onEnd: () => void) {
    this.connection = connection
    this.source = connection.byteSourceOf(request.raw)
    this.method = request.method
    const length = request.headers['content-length']
    this.bodyBytes = length === undefined ? undefined : Number(length)
    this.#request = request
    this.#reply = reply
    this.#onEnd = onEnd
    connection.addRequest(this)
    // `close` is emitted once and last, both after an answer and after a broken connection.
    reply.raw.on('close', () => this.end())
  }

  /** null after an upgrade to a WebSocket. */
  get response(): ServerResponse | null {
    return this.#reply?.raw ?? null
  }
  get meter(): RequestMeter {
    return this.#meter
  }
  /** The address for which this request is counted; null for a client without limits. */
  get addressEntry(): AddressEntry | null {
    return this.#addressEntry
  }
  get room(): Room {
    if (!this.#room) throw new Error('this request is about no room')
    return this.#room
  }
  get recordedPath(): string {
    return (this.#recordedPath ??= this.#request ? pathWithoutTokens(this.#request) : '')
  }
  /** Ends with the request. */
  get reader(): ReaderConnection {
    if (!this.#reader) throw new Error('this request is about no room')
    return this.#reader
  }

  /** Counts the request for an address until the request ends. @param isReader reads a room without a token */
  countFor(entry: AddressEntry, isReader: boolean): void {
    this.#addressEntry = entry
    if (this.#isOver) return
    entry.connections += 1
    if (isReader) entry.readers += 1
    this.#isReader = isReader
  }

  /** @param reader made for this request */
  assignRoom(room: Room, reader: ReaderConnection): void {
    this.#room = room
    this.#reader = reader
    const { response } = this
    // The client may have disconnected while the store looked the member up.
    if (this.connection.isClosed || this.connection.isRefused || (response && isDisconnected(response))) reader.end()
  }

  /** Counts the request for a member, and for `transport` or the transport by which the member reads. */
  startMeter(usage: MemberUsage, transport: TransportName | undefined): void {
    const countedFor = transport ?? usage.readTransport
    if (!countedFor) return
    const isPoll = transport !== undefined && this.method === 'GET'
    const use = this.connection.connectionUse(usage, countedFor)
    this.#meter = new MemberRequestMeter(use, isPoll, this, this.connection.drainPreflights())
  }

  /** After an upgrade to a WebSocket: releases the HTTP request and response. The context lasts as long as the connection. */
  upgrade(): void {
    if (!this.#reply) return
    if (this.#meter !== NO_METER) this.#recordedPath = this.recordedPath
    const { raw } = this.#reply
    this.#request = null
    this.#reply = null
    raw.removeAllListeners()
    if (raw.socket) raw.detachSocket(raw.socket)
  }

  /** Calls back when the request has ended, also after an upgrade. */
  onEnd(callback: () => void): void {
    const others = this.#onEnd
    this.#onEnd = () => {
      others()
      callback()
    }
  }

  endRead(): void {
    this.#reader?.end()
  }

  /** The answer was sent, or the connection is closed. */
  end(): void {
    this.connection.removeRequest(this)
    this.#stopCounting()
    this.#isOver = true
    this.endRead()
    this.#onEnd()
    if (this.#request && isPreflight(this.#request)) {
      if (this.#reply?.statusCode === 204) this.source.whenComplete(() => this.#addPreflight())
      return
    }
    this.source.whenComplete(() => {
      if (this.#meter === NO_METER) this.source.discardDelta()
      else this.#meter.finish(this.#reply ? answerBodyBytes(this.#reply) : 0)
    })
  }

  #stopCounting(): void {
    if (this.#isOver || !this.#addressEntry) return
    this.#addressEntry.connections -= 1
    if (this.#isReader) this.#addressEntry.readers -= 1
  }

  /** A preflight carries no token: it is counted for the member of the request that it precedes, the next on its connection. */
  #addPreflight(): void {
    const { up, down } = this.source.readDelta(0, 0)
    this.connection.addPreflight({
      path: this.recordedPath,
      receivedAt: this.receivedAt,
      answeredAt: serverNow(),
      upBytes: up.head + up.body,
      downBytes: down.head + down.body,
    })
  }
}

/** A CORS preflight: a browser asks whether a page of another origin may send a request. */
export const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined

function answerBodyBytes(reply: FastifyReply): number {
  return reply.request.method === 'HEAD' ? 0 : Number(reply.getHeader('content-length') ?? 0)
}

/** Records are displayed, exported and shared, so they must not contain tokens. */
function pathWithoutTokens({ url, headers }: FastifyRequest): string {
  const credentials = `${headers.authorization ?? ''},${headers['sec-websocket-protocol'] ?? ''}`
  const tokens = [...credentials.matchAll(/bearer[ .]+([^\s,]+)/gi)].map(([, token]) => token ?? '')
  return tokens.reduce((path, token) => path.replaceAll(token, '…'), recordedPath(url))
}
