import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import type { RequestsInFlight } from './requests.ts'
import type { Rooms } from '../room/rooms.ts'

/** Time for answers in flight once the server is closing. */
const DRAIN_MS = 1000

/**
 * The order in which a server closes: held polls are answered, sockets are closed with 1001, answers in flight go out, and
 * only then connections are cut. Otherwise one held poll keeps the process alive as long as a browser keeps its connection.
 *
 * @returns a function to run before the server stops listening
 */
export function closeInOrder(
  rooms: Rooms,
  inFlight: RequestsInFlight,
): (this: FastifyInstance, done: () => void) => void {
  return function (done) {
    rooms.close()
    const { clients } = this.websocketServer
    const closeSocket = (socket: WebSocket) => socket.close(1001, 'server closing')
    for (const socket of clients) closeSocket(socket)
    this.websocketServer.on('connection', closeSocket)
    // Fastify answers later upgrades with 503, and leaves their connections open.
    this.server.on('upgrade', (_request, socket) => socket.end())
    const timer = setTimeout(finish, DRAIN_MS)
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
