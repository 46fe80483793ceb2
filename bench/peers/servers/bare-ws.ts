import { WebSocket, WebSocketServer } from 'ws'
import { listen } from './listen.ts'
import { serverOfPosts } from './posts.ts'
import { Room } from './room.ts'

/** The `ws` package and a loop: one JSON text, `send()` to each. */
export function start(): Promise<number> {
  const room = new Room()
  const server = serverOfPosts((body) => {
    const message = room.add(body)
    for (const socket of sockets.clients) if (socket.readyState === WebSocket.OPEN) socket.send(message)
  })
  const sockets = new WebSocketServer({ server, path: '/websocket', perMessageDeflate: false })
  sockets.on('connection', (socket) => socket.on('error', () => undefined))
  return listen(server)
}
