import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'

/**
 * Listens at the other addresses of a host too, on the same port: `localhost` is 127.0.0.1 and ::1, and a client may try
 * either. Fastify does this for the servers that it makes itself.
 *
 * @param server listens already, at one of them
 */
export async function listenToEvery(host: string, server: Server): Promise<void> {
  if (host !== 'localhost') return
  const { address: taken, port } = server.address() as AddressInfo
  for (const { address } of await lookup(host, { all: true })) {
    if (address === taken) continue
    const other = createServer((socket) => server.emit('connection', socket))
    server.once('close', () => other.close())
    other.listen(port, address)
    // What cannot be had there (no IPv6, somebody else's port) can be had at the first address.
    await once(other, 'listening').catch(() => undefined)
  }
}
