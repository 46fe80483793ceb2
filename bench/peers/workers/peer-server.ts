import { SERVERS, type ServerName } from '../servers/index.ts'
import { serve } from '../../workers/rpc.ts'

process.env['NODE_ENV'] = 'production'

const handlers = {
  async start({ name }: { name: ServerName }): Promise<{ port: number }> {
    const { start } = await SERVERS[name]()
    return { port: await start() }
  },
}
export type PeerServerHandlers = typeof handlers
serve(handlers)
