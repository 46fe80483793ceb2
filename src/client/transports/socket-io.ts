import type { Socket } from 'socket.io-client'
import type { Ack, Batch, Problem } from '../../protocol.ts'
import { engineTransports } from './engine-io.ts'
import { ANSWER_TIMEOUT_MS, asBatch } from './http.ts'
import { AsyncQueue } from './async-queue.ts'
import { ConnectionError, ProblemError, type TransportContext, type OpenTransport } from './transport.ts'

/** The server's answer to a draft. */
type Verdict = { ack: Ack } | { error: Problem }

/** Socket.IO's client: polls first, and upgrades to a WebSocket by itself. Its library is loaded when it is used. */
export const socketIo: OpenTransport = (context) => {
  let socket: Socket | null = null

  return {
    async *receive(cursor, signal, onOpen) {
      const batches = new AsyncQueue<Batch>()
      const io = await connect(context, cursor)
      const aborted = () => batches.fail(signal.reason as Error)
      io.on('connect', () => {
        socket = io
        onOpen()
      })
      io.on('connect_error', (error) => batches.fail(connectError(error)))
      io.on('disconnect', (reason) => batches.fail(new ConnectionError(`the socket closed: ${reason}`)))
      io.on('problem', (problem: Problem) => batches.fail(new ProblemError(problem)))
      // The pings of the server.
      io.io.on('ping', () => context.onHeard?.())
      io.on('batch', (batch: unknown) => {
        context.onHeard?.()
        try {
          batches.push(asBatch(batch))
        } catch (error) {
          batches.fail(error as Error)
        }
      })
      signal.addEventListener('abort', aborted)
      if (signal.aborted) aborted()
      else io.connect()
      try {
        for (;;) yield await batches.next()
      } finally {
        signal.removeEventListener('abort', aborted)
        if (socket === io) socket = null
        io.off()
        io.disconnect()
      }
    },

    async send(draft, signal) {
      if (!socket) throw new ConnectionError('the socket is not open')
      const verdict = await answered(socket, signal, socket.emitWithAck('message', draft) as Promise<Verdict>)
      if ('ack' in verdict) return verdict.ack
      throw new ProblemError(verdict.error)
    },
  }
}

async function connect({ net, room, token }: TransportContext, after: string | null): Promise<Socket> {
  const [{ io }, engine] = await Promise.all([import('socket.io-client'), import('engine.io-client')]).catch(
    (cause: unknown) => {
      throw new ConnectionError('the Socket.IO client does not load', { cause })
    },
  )
  // Socket.IO takes the path of an address for a namespace, so the path goes into its own option.
  const { origin, pathname } = new URL(net.base)
  return io(origin, {
    transports: engineTransports(engine, net),
    path: `${pathname.replace(/\/$/, '')}/rooms/${room}/socket-io`,
    addTrailingSlash: false,
    auth: { ...(token === null ? {} : { token }), ...(after === null ? {} : { after }) },
    autoConnect: false,
    forceNew: true,
    // Our session reconnects, at its cursor.
    reconnection: false,
    timeout: ANSWER_TIMEOUT_MS,
  })
}

/** Settles with the answer, or rejects when there will be none. */
function answered<T>(socket: Socket, signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', aborted)
      socket.off('disconnect', lost)
      finish()
    }
    const aborted = () => settle(() => reject(signal.reason as Error))
    const lost = (reason: string) => settle(() => reject(new ConnectionError(`the socket closed: ${reason}`)))
    signal.addEventListener('abort', aborted)
    socket.on('disconnect', lost)
    answer.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(new ConnectionError(String(error)))),
    )
    if (signal.aborted) aborted()
  })
}

function connectError(error: Error & { data?: Problem }): Error {
  return error.data ? new ProblemError(error.data) : new ConnectionError(error.message)
}
