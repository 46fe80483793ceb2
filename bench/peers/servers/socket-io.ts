import { Server } from 'socket.io'
import { listen } from './listen.ts'
import { serverOfPosts } from './posts.ts'
import { Room } from './room.ts'

export function start(): Promise<number> {
  const room = new Room()
  const server = serverOfPosts((body) => {
    sockets.to('room').emit('message', JSON.parse(room.add(body)))
  })
  const sockets = new Server(server, {
    transports: ['websocket', 'polling'],
    allowUpgrades: false,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
  })
  sockets.on('connection', (socket) => void socket.join('room'))
  return listen(server)
}
