import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Server as EngineServer, type Socket as EngineSocket } from 'engine.io'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Server, type Socket } from 'socket.io'
import type { Draft, TransportName } from '../protocol.ts'
import { Account } from './account.ts'
import type { App } from './context.ts'
import { EngineFrames } from './engine-frames.ts'
import type { ReceivedFrame } from './exchange.ts'
import type { EncodedBatch } from './follow.ts'
import { countFrames } from './frames.ts'

/** A request of a session. */
interface EngineExchange {
  request: FastifyRequest
  /** null: it became a socket. */
  reply: FastifyReply | null
  account: Account
  /** Engine.IO's session id. */
  sid: string
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
  /** What came up is this draft. */
  said(draft: Draft): void
  /** What comes as an event `message` is answered, one after the other, in the order in which it came. */
  onMessage(handle: (value: unknown) => Promise<object>): void
}

/**
 * Socket.IO, fed by our own routes and not by a server of its own: so that the same rules about origins and the same
 * counting hold for it. When to poll and when to go over to a WebSocket is its own affair.
 */
export class Engine {
  readonly io = new Server({ serveClient: false, connectTimeout: 10_000 })
  readonly #engine: EngineServer
  readonly #transport: TransportName
  readonly #exchanges = new WeakMap<IncomingMessage, EngineExchange>()
  /** By session id: whose a session is, is known only once Socket.IO has connected on it. */
  readonly #accounts = new Map<string, Account>()
  /** Of those sessions that have gone over to a socket, by their account. */
  readonly #frames = new WeakMap<Account, EngineFrames>()
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
      const exchange = this.#exchanges.get(request)
      if (exchange) {
        exchange.sid = sid
        this.#accounts.set(sid, exchange.account)
      }
      return sid
    }
    this.#engine.on('connection', (session: EngineSocket) => this.#open(session))
    // Its answers do not go through Fastify, which would know how long they are.
    this.#engine.on('headers', (headers: Record<string, string>, request: IncomingMessage) => {
      this.#exchanges.get(request)?.request.exchange.leaves(200)
      const bodyBytes = headers['Content-Length']
      if (bodyBytes !== undefined) this.#exchanges.get(request)?.reply?.header('content-length', bodyBytes)
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
    this.#charge(request, reply)
    this.#engine.handleRequest(request.raw, reply.raw)
  }

  /** A connection that has become a WebSocket. */
  #upgrade(request: FastifyRequest, socket: WebSocket): void {
    const account = this.#charge(request, null)
    this.#frames.set(account, new EngineFrames(socket, countFrames(socket, request)))
    this.#upgraded.set(request.raw, socket)
    this.#engine.handleUpgrade(request.raw, request.raw.socket, Buffer.alloc(0))
  }

  lineOf(socket: Socket): EngineLine {
    const session = socket.conn
    const exchange = this.#exchanges.get(socket.request)
    if (!exchange) throw new Error('a session that began with no request')
    const { request, account } = exchange
    let received: ReceivedFrame | undefined
    return {
      request,
      account,
      said: (draft) => {
        // By a post the text was counted among what wraps it: which one brought it, Engine.IO does not tell.
        if (received) received.says(draft)
        else request.exchange.moves('up', Buffer.byteLength(draft.text))
      },
      onMessage: (handle) => {
        let handled = Promise.resolve()
        socket.on('message', (value: unknown, answer: unknown) => {
          const frame = this.#frames.get(account)?.takeReceived()
          handled = handled.then(async () => {
            received = frame
            const verdict = await handle(value)
            if (typeof answer === 'function') (answer as (verdict: object) => void)(verdict)
          })
        })
      },
      send: async (batch) => {
        const frames = session.transport.name === 'websocket' ? this.#frames.get(account) : undefined
        frames?.expects(batch)
        socket.emit('batch', JSON.parse(batch.json))
        await ready(session)
        if (frames) return
        account.counts(this.#transport).delivered += batch.messages.length
        request.exchange.moves('down', batch.textBytes)
      },
    }
  }

  #charge(request: FastifyRequest, reply: FastifyReply | null): Account {
    const { sid = '' } = request.query as { sid?: string }
    const account = this.#accounts.get(sid) ?? new Account({ isOrphan: true })
    this.#exchanges.set(request.raw, { request, reply, account, sid })
    request.exchange.charge(account, this.#transport, Number(request.headers['content-length'] ?? 0))
    return account
  }

  #open(session: EngineSocket): void {
    const exchange = this.#exchanges.get(session.request)
    if (!exchange) return
    session.once('close', () => this.#accounts.delete(exchange.sid))
  }
}

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
