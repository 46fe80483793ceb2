import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Server as EngineServer, type Socket as EngineSocket } from 'engine.io'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Server, type Socket } from 'socket.io'
import type { Ack, Draft, Problem, TransportName } from '../../../protocol.ts'
import type { App } from '../../http/app-types.ts'
import { memoize, type EncodedBatch } from '../../log/encoded-batch.ts'
import { MAX_WAITING_FRAMES } from '../../config/limits.ts'
import { MemberUsage } from '../../metering/member-usage.ts'
import { DomainError } from '../../errors/domain-error.ts'
import type { Room } from '../../room/room.ts'
import { SocketIoSession, type EnginePacket } from './session.ts'

/** Packets that may wait for a session that does not fetch them. */
const MAX_WAITING_PACKETS = 1000

/** An event `batch`, as Socket.IO writes it. Made once for all readers. */
const batchPacket = memoize(({ json }: EncodedBatch) => `2["batch",${json}]`)

/** A request, and whose it is. */
interface EngineRequest {
  request: FastifyRequest
  /** null: it became a socket. */
  reply: FastifyReply | null
  session: SocketIoSession
}

export interface EngineOptions {
  transport: TransportName
  /** ms between two pings, and for which an answer is waited for. */
  heartbeatMs: number
  maxMessageBytes: number
}

/** The answer to an event `message`. */
export type Verdict = { ack: Ack } | { error: Problem }

/** A session that has connected. */
export interface SocketIoConnection {
  readonly room: Room
  /** What the session has cost since its first request is counted for this member, and what it will cost. */
  assignTo(usage: MemberUsage): void
  /** False when the session takes no more now: `onReady` says when it does again. */
  send(batch: EncodedBatch): boolean
  /** Calls back when there is room: on a socket when the last packet has gone out, else when the next poll is here. */
  onWritable(resume: () => void): void
  /** Events `message` are answered one after the other, in the order in which they came. */
  onMessage(handle: (value: unknown, countDraft: (draft: Draft) => void) => Promise<Verdict>): void
}

/**
 * Socket.IO, fed by our own routes and not by a server of its own: so that the same rules about origins and the same
 * counting hold for it. When to poll and when to go over to a WebSocket is its own affair.
 */
export class SocketIoEngine {
  readonly io = new Server({ serveClient: false, connectTimeout: 10_000 })
  readonly #engine: EngineServer
  readonly #transport: TransportName
  readonly #engineRequests = new WeakMap<IncomingMessage, EngineRequest>()
  /** By Engine.IO's id, of those that are open. Whose a session is, is known only once Socket.IO has connected on it. */
  readonly #sessions = new Map<string, SocketIoSession>()
  readonly #upgraded = new WeakMap<IncomingMessage, WebSocket>()

  constructor({ transport, heartbeatMs, maxMessageBytes }: EngineOptions) {
    const upgraded = this.#upgraded
    this.#transport = transport
    this.#engine = new EngineServer({
      pingInterval: heartbeatMs,
      pingTimeout: heartbeatMs,
      maxHttpBufferSize: maxMessageBytes,
      httpCompression: false,
      // The handshake is made where those of all our sockets are made; here the socket is only handed over.
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
          // The sockets belong to our own server, which closes them.
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
    // Its answers do not go through Fastify, which would know how long they are.
    this.#engine.on('headers', (headers: Record<string, string>, request: IncomingMessage) => {
      const engineRequest = this.#engineRequests.get(request)
      if (!engineRequest) return
      const { meter } = engineRequest.request.context
      if (isPoll(engineRequest.request)) engineRequest.session.countPollAnswer(meter)
      meter.markAnswered(200, Number(headers['Content-Length'] ?? 0))
    })
    this.io.bind(this.#engine)
  }

  /** The routes of a session. */
  mount(path: string): (scope: App) => Promise<void> {
    return async (scope) => {
      // Socket.IO leaves compression off unless asked, and does not say how long its frames were before: so it is not offered.
      scope.addHook('onRequest', async ({ raw }) => {
        delete raw.headers['sec-websocket-extensions']
      })
      // Engine.IO reads the bodies of its posts itself, whatever type they claim to be of.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _body, done) => done(null))
      // What Socket.IO says to itself is not ours to describe.
      const schema = { hide: true }
      scope.route({
        method: 'GET',
        url: path,
        schema,
        handler: (request, reply) => this.#handle(request, reply),
        wsHandler: (socket, request) => this.#upgrade(request, socket),
      })
      scope.post(path, { schema }, (request, reply) => this.#handle(request, reply))
      scope.addHook('onClose', () => this.io.close())
    }
  }

  /** A poll or a post. */
  #handle(request: FastifyRequest, reply: FastifyReply): void {
    reply.hijack()
    const session = this.#startRequest(request, reply)
    if (request.method === 'POST') session.receivePost(request.context.meter)
    this.#engine.handleRequest(request.raw, reply.raw)
    if (isPoll(request) && !reply.raw.headersSent) request.context.meter.startHold()
  }

  /** A connection that has become a WebSocket. */
  #upgrade(request: FastifyRequest, socket: WebSocket): void {
    this.#startRequest(request, null).upgrade(socket, request)
    this.#upgraded.set(request.raw, socket)
    this.#engine.handleUpgrade(request.raw, request.raw.socket, Buffer.alloc(0))
  }

  /**
   * Ends a session that connects a second time: Socket.IO lets each do so as often as it likes, by packets of three bytes,
   * and the room would be read to every one of them.
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
    if (!session) throw new Error('a session that began with no request')
    return {
      room: session.request.context.room,
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
    this.#engineRequests.set(request.raw, { request, reply, session })
    // A session that is not there, or not any more, belongs to no member.
    if (known || sid === '') request.context.startMeter(session.usage, this.#transport)
    return session
  }

  #open(socket: EngineSocket): void {
    const session = this.#engineRequests.get(socket.request)?.session
    if (!session) return
    socket.on('packetCreate', (packet: EnginePacket) => {
      session.addPacket(packet)
      // Each packet can be answered by one: a client that sends and never fetches would have them kept here without end.
      if (session.waitingPackets > MAX_WAITING_PACKETS) socket.close(true)
    })
    socket.on('flush', (packets: EnginePacket[]) =>
      session.countFlushed(packets, socket.transport.name === 'websocket'),
    )
    socket.once('close', () => {
      this.#sessions.delete(session.id)
      session.close()
    })
  }
}

const sidOf = ({ query }: FastifyRequest): string => (query as { sid?: string }).sid ?? ''

/** The request that a session begins with has no id yet: it is no poll, though it is answered in the same way. */
const isPoll = (request: FastifyRequest): boolean => request.method === 'GET' && sidOf(request) !== ''
