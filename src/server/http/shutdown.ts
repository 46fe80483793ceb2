import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import type { RequestsInFlight } from './requests.ts'
import type { Rooms } from '../room/rooms.ts'

/** For how long replies in flight may take once the server is closing. */
const PATIENCE_MS = 1000

/**
 * The order in which a server closes: whoever waits is answered, sockets are told 1001, what is on its way goes out, and
 * only then connections are cut. Without it one held poll keeps the process for as long as a browser keeps its
 * connection.
 *
 * @returns what has to run before the server stops listening
 */
export function closeInOrder(
  rooms: Rooms,
  inFlight: RequestsInFlight,
): (this: FastifyInstance, done: () => void) => void {
  return function (done) {
    rooms.close()
    const { clients } = this.websocketServer
    const dismiss = (socket: WebSocket) => socket.close(1001, 'server closing')
    for (const socket of clients) dismiss(socket)
    this.websocketServer.on('connection', dismiss)
    // Whoever wants to become a socket from here on is answered 503 by Fastify, which leaves the connection open.
    this.server.on('upgrade', (_request, socket) => socket.end())
    const timer = setTimeout(finish, PATIENCE_MS)
    inFlight.onIdle = finish
    if (inFlight.count === 0) finish()
    function finish(): void {
      clearTimeout(timer)
      inFlight.onIdle = () => undefined
      for (const socket of clients) socket.terminate()
      done()
    }
  }
}
