import faye from 'faye'
import { listen } from './listen.ts'
import { serverOfPosts } from './posts.ts'
import { Room } from './room.ts'

export function start(): Promise<number> {
  const room = new Room()
  const adapter = new faye.NodeAdapter({ mount: '/faye', timeout: 45 })
  const client = adapter.getClient()
  const server = serverOfPosts((body) => void client.publish('/room', JSON.parse(room.add(body))))
  adapter.attach(server)
  return listen(server)
}
