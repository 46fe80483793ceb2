import sockjs, { type Connection } from 'sockjs'
import { listen } from './listen.ts'
import { serverOfPosts } from './posts.ts'
import { Room } from './room.ts'

export function start(): Promise<number> {
  const room = new Room()
  const connections = new Set<Connection>()
  const server = serverOfPosts((body) => {
    const message = room.add(body)
    for (const connection of connections) connection.write(message)
  })
  const sockets = sockjs.createServer({ prefix: '/sockjs', log: () => undefined })
  sockets.on('connection', (connection) => {
    // SockJS passes null for a connection that has closed already.
    if (!connection) return
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
  })
  sockets.installHandlers(server)
  return listen(server)
}
