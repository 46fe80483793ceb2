import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Server as EngineServer, type Socket as EngineSocket } from 'engine.io'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Server, type Socket } from 'socket.io'
import type { Draft, TransportName } from '../protocol.ts'
import { Account } from './account.ts'
import type { App } from './context.ts'
import { EngineSession, type EnginePacket } from './engine-session.ts'
import type { EncodedBatch } from './follow.ts'
import { MAX_WAITING_FRAMES } from './limits.ts'
import { problems } from './problem.ts'

/** Packets that may wait for a session that does not fetch them, and messages for a store that is slow. */
const MOST_WAITING = { packets: 1000, messages: MAX_WAITING_FRAMES }

/** A request, and whose it is. */
interface EngineRequest {
  request: FastifyRequest
  /** null: it became a socket. */
  reply: FastifyReply | null
  session: EngineSession
}

export interface EngineOptions {
  transport: TransportName
  /** ms between two pings, and for which an answer is waited for. */
  beatMs: number
  maxMessageBytes: number
}

/** A session that has connected. */
export interface EngineLine {
  /** The request that it began with. */
  readonly request: FastifyRequest
  /** What the session has cost since its first request. */
  readonly account: Account
  /** Settles when there is room for the next one: on a socket when this one has gone out, else when the next poll is here. */
  send(batch: EncodedBatch): Promise<void>
  /** What comes as an event `message` is answered, one after the other, in the order in which it came. */
  onMessage(handle: (value: unknown, says: (draft: Draft) => void) => Promise<object>): void
}

/**
 * Socket.IO, fed by our own routes and not by a server of its own: so that the same rules about origins and the same
 * counting hold for it. When to poll and when to go over to a WebSocket is its own affair.
 */
export class Engine {
  readonly io = new Server({ serveClient: false, connectTimeout: 10_000 })
  readonly #engine: EngineServer
  readonly #transport: TransportName
  readonly #requests = new WeakMap<IncomingMessage, EngineRequest>()
  /** By Engine.IO's id, of those that are open. Whose a session is, is known only once Socket.IO has connected on it. */
  readonly #sessions = new Map<string, EngineSession>()
  readonly #upgraded = new WeakMap<IncomingMessage, WebSocket>()

  constructor({ transport, beatMs, maxMessageBytes }: EngineOptions) {
    const upgraded = this.#upgraded
    this.#transport = transport
    this.#engine = new EngineServer({
      pingInterval: beatMs,
      pingTimeout: beatMs,
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
      const asked = this.#requests.get(request)
      if (asked) {
        asked.session.id = sid
        this.#sessions.set(sid, asked.session)
      }
      return sid
    }
    this.#engine.on('connection', (session: EngineSocket) => this.#open(session))
    // Its answers do not go through Fastify, which would know how long they are.
    this.#engine.on('headers', (headers: Record<string, string>, request: IncomingMessage) => {
      const asked = this.#requests.get(request)
      if (!asked) return
      const { exchange } = asked.request
      if (isPoll(asked.request)) asked.session.answers(exchange)
      exchange.leaves(200)
      const bodyBytes = headers['Content-Length']
      if (bodyBytes !== undefined) asked.reply?.header('content-length', bodyBytes)
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
      // Engine.IO reads the bodies of its posts itself.
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
    const session = this.#charge(request, reply)
    if (request.method === 'POST') session.posts(request.exchange)
    this.#engine.handleRequest(request.raw, reply.raw)
    if (isPoll(request) && !reply.raw.headersSent) request.exchange.parks()
  }

  /** A connection that has become a WebSocket. */
  #upgrade(request: FastifyRequest, socket: WebSocket): void {
    this.#charge(request, null).upgrades(socket, request)
    this.#upgraded.set(request.raw, socket)
    this.#engine.handleUpgrade(request.raw, request.raw.socket, Buffer.alloc(0))
  }

  /**
   * Ends a session that connects a second time: Socket.IO lets each do so as often as it likes, by packets of three bytes,
   * and the room would be read to every one of them.
   *
   * @throws 400
   */
  admitOnce(socket: Socket): void {
    if (this.#requests.get(socket.request)?.session.connects() === 1) return
    socket.conn.close(true)
    throw problems.invalid('a session connects once', { field: 'packet', limit: 1 })
  }

  lineOf(socket: Socket): EngineLine {
    const session = this.#requests.get(socket.request)?.session
    if (!session) throw new Error('a session that began with no request')
    const { request, account } = session
    return {
      request,
      account,
      onMessage: (handle) => {
        let handled = Promise.resolve()
        let waiting = 0
        socket.on('message', (value: unknown, answer: unknown) => {
          const arrival = session.takeArrival()
          waiting += 1
          if (waiting > MOST_WAITING.messages) socket.disconnect(true)
          handled = handled.then(async () => {
            const verdict = await handle(value, (draft) => arrival && session.says(arrival, draft))
            waiting -= 1
            if (typeof answer === 'function') (answer as (verdict: object) => void)(verdict)
          })
        })
      },
      send: async (batch) => {
        session.expects(batch)
        socket.emit('batch', JSON.parse(batch.json))
        await ready(socket.conn)
      },
    }
  }

  #charge(request: FastifyRequest, reply: FastifyReply | null): EngineSession {
    const sid = sidOf(request)
    const known = this.#sessions.get(sid)
    const session = known ?? new EngineSession(request, new Account({ isOrphan: true }))
    this.#requests.set(request.raw, { request, reply, session })
    // Of a session that is not there, or not any more, nobody will ask what it cost.
    if (known || sid === '') {
      request.exchange.charge(session.account, this.#transport, Number(request.headers['content-length'] ?? 0))
    }
    return session
  }

  #open(socket: EngineSocket): void {
    const session = this.#requests.get(socket.request)?.session
    if (!session) return
    socket.on('packet', (packet: EnginePacket) => {
      session.received(packet)
      // Each packet can be answered by one: who sends and never fetches would have them kept here without end. Engine.IO
      // hides how many there are from types only.
      if ((socket as unknown as { writeBuffer: unknown[] }).writeBuffer.length > MOST_WAITING.packets)
        socket.close(true)
    })
    socket.on('flush', (packets: EnginePacket[]) => {
      if (socket.transport.name === 'polling') session.sends(packets)
    })
    socket.once('close', () => {
      this.#sessions.delete(session.id)
      session.account.release()
    })
  }
}

const sidOf = ({ query }: FastifyRequest): string => (query as { sid?: string }).sid ?? ''

/** The request that a session begins with has no id yet: it is no poll, though it is answered in the same way. */
const isPoll = (request: FastifyRequest): boolean => request.method === 'GET' && sidOf(request) !== ''

/** Settles when the session takes more, or is over. */
async function ready(session: EngineSocket): Promise<void> {
  while (session.readyState === 'open' && !session.transport.writable) {
    const { transport } = session
    await new Promise<void>((resolve) => {
      const settle = () => {
        transport.off('ready', settle)
        session.off('upgrade', settle)
        session.off('close', settle)
        resolve()
      }
      transport.on('ready', settle)
      session.on('upgrade', settle)
      session.on('close', settle)
    })
  }
}
