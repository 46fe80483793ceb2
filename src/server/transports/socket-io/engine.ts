import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Server as EngineServer, type Socket as EngineSocket } from 'engine.io'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Server, type Socket } from 'socket.io'
import type { Ack, Draft, Problem, TransportName } from '../../../protocol.ts'
import type { RequestContext } from '../../http/request-context.ts'
import type { App } from '../../http/app-types.ts'
import { memoize, type EncodedBatch } from '../../log/encoded-batch.ts'
import { MAX_WAITING_FRAMES } from '../../config/limits.ts'
import { MemberUsage } from '../../metering/member-usage.ts'
import { DomainError } from '../../errors/domain-error.ts'
import type { Room } from '../../room/room.ts'
import { PollingSessions } from './polling-sessions.ts'
import { SocketIoSession, type EnginePacket } from './session.ts'

/** ms for which a transport without a poll stays after the end of its session. */
const CLOSE_MS = 1000

/** Maximum of packets that wait for a session. */
const MAX_WAITING_PACKETS = 1000

/** An event `batch` in the encoding of Socket.IO. Encoded once for all readers. */
const batchPacket = memoize(({ json }: EncodedBatch) => `2["batch",${json}]`)

/** A request and its session. */
interface EngineRequest {
  request: FastifyRequest
  /** null after an upgrade to a WebSocket. */
  reply: FastifyReply | null
  session: SocketIoSession
}

export interface EngineOptions {
  transport: TransportName
  /** ms between two pings, and ms to wait for a pong. */
  heartbeatMs: number
  maxMessageBytes: number
}

/** The answer to an event `message`. */
export type Verdict = { ack: Ack } | { error: Problem }

/** A session that has connected. */
export interface SocketIoConnection {
  readonly room: Room
  /** Of the first request. */
  readonly context: RequestContext
  /** Counts the session for this member, from its first request. */
  assignTo(usage: MemberUsage): void
  /** False when the session is not writable: `onWritable` calls back when it is. */
  send(batch: EncodedBatch): boolean
  /** Calls back when the session is writable: on a WebSocket when the last packet was sent, else when the next poll has arrived. */
  onWritable(resume: () => void): void
  /** Events `message` are handled one at a time, in the order of arrival. */
  onMessage(handle: (value: unknown, countDraft: (draft: Draft) => void) => Promise<Verdict>): void
}

/**
 * Socket.IO behind the routes of this server, without a Socket.IO server, so that origins are checked and requests are counted
 * as for other transports. Socket.IO decides when to poll and when to upgrade to a WebSocket.
 */
export class SocketIoEngine {
  readonly io = new Server({ serveClient: false, connectTimeout: 10_000 })
  readonly #engine: EngineServer
  readonly #transport: TransportName
  readonly #engineRequests = new WeakMap<IncomingMessage, EngineRequest>()
  /** Open sessions by the id of Engine.IO. The member of a session is known after the Socket.IO connect. */
  readonly #sessions = new Map<string, SocketIoSession>()
  readonly #pollingSessions = new PollingSessions()
  readonly #upgraded = new WeakMap<IncomingMessage, WebSocket>()

  constructor({ transport, heartbeatMs, maxMessageBytes }: EngineOptions) {
    const upgraded = this.#upgraded
    this.#transport = transport
    this.#engine = new EngineServer({
      pingInterval: heartbeatMs,
      pingTimeout: heartbeatMs,
      maxHttpBufferSize: maxMessageBytes,
      httpCompression: false,
      // The WebSocket plugin makes the handshake, as for other sockets. This class only passes the socket on.
      wsEngine: class {
        handleUpgrade(
          request: IncomingMessage,
          _socket: unknown,
          _head: unknown,
          done: (socket: unknown) => void,
        ): void {
          done(upgraded.get(request))
        }
        close(): void {
          // The sockets belong to this server, which closes them.
        }
      },
    })
    this.#engine.generateId = (request: IncomingMessage) => {
      const sid = randomBytes(15).toString('base64url')
      const engineRequest = this.#engineRequests.get(request)
      if (engineRequest) {
        engineRequest.session.id = sid
        this.#sessions.set(sid, engineRequest.session)
      }
      return sid
    }
    this.#engine.on('connection', (session: EngineSocket) => this.#open(session))
    // Answers of Engine.IO bypass Fastify, which would report their length.
    this.#engine.on('headers', (headers: Record<string, string>, request: IncomingMessage) => {
      const engineRequest = this.#engineRequests.get(request)
      if (!engineRequest) return
      const { meter } = engineRequest.request.context
      if (isPoll(engineRequest.request)) engineRequest.session.countPollAnswer(meter)
      meter.markAnswered(200, Number(headers['Content-Length'] ?? 0))
    })
    this.io.bind(this.#engine)
  }

  /** Returns a plugin with the routes of sessions. */
  mount(path: string): (scope: App) => Promise<void> {
    return async (scope) => {
      // Socket.IO disables compression by default, and does not report uncompressed sizes: the offer of a client is removed.
      scope.addHook('onRequest', async ({ raw }) => {
        delete raw.headers['sec-websocket-extensions']
      })
      // Engine.IO reads the bodies of its posts itself, for every content type.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _body, done) => done(null))
      // The protocol of Socket.IO is not part of the API description.
      const schema = { hide: true }
      // Socket.IO's clients add a slash to the path; those of JavaScript alone can omit it.
      for (const url of [path, `${path}/`]) {
        scope.route({
          method: 'GET',
          url,
          schema,
          handler: (request, reply) => this.#handle(request, reply),
          wsHandler: (socket, request) => this.#upgrade(request, socket),
        })
        scope.post(url, { schema }, (request, reply) => this.#handle(request, reply))
      }
      scope.addHook('onClose', () => this.io.close())
    }
  }

  /** A poll or a post. @throws DomainError `too-many-requests` */
  #handle(request: FastifyRequest, reply: FastifyReply): void {
    if (sidOf(request) === '') this.#pollingSessions.check(request.ip)
    reply.hijack()
    const session = this.#startRequest(request, reply)
    reply.raw.setHeader('cache-control', 'no-store')
    if (request.method === 'POST') session.receivePost(request.context.meter)
    this.#engine.handleRequest(request.raw, reply.raw)
    if (isPoll(request) && !reply.raw.headersSent) request.context.meter.startHold()
  }

  /** A request that was upgraded to a WebSocket. */
  #upgrade(request: FastifyRequest, socket: WebSocket): void {
    this.#startRequest(request, null).upgrade(socket, request)
    this.#upgraded.set(request.raw, socket)
    this.#engine.handleUpgrade(request.raw, request.raw.socket, Buffer.alloc(0))
  }

  /**
   * Ends a session that connects a second time. Socket.IO allows any number of connects, by packets of three bytes, and each
   * would become a reader of the room.
   *
   * @throws DomainError `invalid`
   */
  admitOnce(socket: Socket): void {
    if (this.#engineRequests.get(socket.request)?.session.countConnect() === 1) return
    socket.conn.close(true)
    throw new DomainError('invalid', 'a session connects once', { field: 'packet', limit: 1 })
  }

  connectionOf(socket: Socket): SocketIoConnection {
    const session = this.#engineRequests.get(socket.request)?.session
    if (!session) throw new Error('a session without a first request')
    return {
      room: session.request.context.room,
      context: session.request.context,
      assignTo: (usage) => session.assignTo(usage),
      onMessage: (handle) => {
        let handled = Promise.resolve()
        let waiting = 0
        socket.on('message', (value: unknown, answer: unknown) => {
          const { carrier } = session
          waiting += 1
          if (waiting > MAX_WAITING_FRAMES) socket.disconnect(true)
          handled = handled.then(async () => {
            const messages: string[] = []
            const verdict = await handle(value, (draft) => {
              messages.push(draft.id)
              carrier?.countDraft(draft)
            })
            waiting -= 1
            if (typeof answer !== 'function') return
            session.withContent({ kind: 'ack' in verdict ? 'ack' : 'error', messages }, () => {
              ;(answer as (verdict: Verdict) => void)(verdict)
            })
          })
        })
      },
      send: (batch) => {
        session.withContent({ kind: 'batch', batch }, () => socket.conn.write(batchPacket(batch)))
        return socket.conn.transport.writable
      },
      onWritable: (resume) => {
        const listen = () => socket.conn.transport.on('ready', resume)
        listen()
        socket.conn.on('upgrade', () => {
          listen()
          resume()
        })
      },
    }
  }

  #startRequest(request: FastifyRequest, reply: FastifyReply | null): SocketIoSession {
    const sid = sidOf(request)
    const known = this.#sessions.get(sid)
    const session = known ?? new SocketIoSession(request, new MemberUsage({ isUnassigned: true }))
    session.receiveRequest(request)
    this.#engineRequests.set(request.raw, { request, reply, session })
    // The id of an unknown or closed session belongs to no member.
    if (known || sid === '') request.context.startMeter(session.usage, this.#transport)
    return session
  }

  #open(socket: EngineSocket): void {
    const session = this.#engineRequests.get(socket.request)?.session
    if (!session) return
    const { context } = session.request
    const release = context.addressEntry?.connect()
    // A session lasts longer than its first request.
    const endUse = context.room.beginUse()
    const limit = session.request.server.limits.frameLimit(context)
    if (limit) {
      socket.on('packet', () => {
        if (!limit.take()) socket.close(true)
      })
    }
    if (socket.transport.name === 'polling') {
      this.#pollingSessions.add(socket, session.request.ip)
      // When a session has ended without a poll, Engine.IO keeps it for 30 s by default. A poll gets 400 in this time, too.
      Object.assign(socket.transport, { closeTimeout: CLOSE_MS })
    }
    socket.on('packetCreate', (packet: EnginePacket) => {
      session.addPacket(packet)
      // A client that sends packets and never polls would fill the memory with answers.
      if (session.waitingPackets > MAX_WAITING_PACKETS) socket.close(true)
    })
    socket.on('flush', (packets: EnginePacket[]) =>
      session.countFlushed(packets, socket.transport.name === 'websocket'),
    )
    socket.on('upgrading', () => session.countProbeAnswer())
    socket.once('close', (reason: string) => {
      this.#sessions.delete(session.id)
      session.close(reason === 'ping timeout')
      release?.()
      endUse()
    })
  }
}

const sidOf = ({ query }: FastifyRequest): string => (query as { sid?: string }).sid ?? ''

/** The first request of a session has no id: it is not a poll, though it is answered in the same way. */
const isPoll = (request: FastifyRequest): boolean => request.method === 'GET' && sidOf(request) !== ''
