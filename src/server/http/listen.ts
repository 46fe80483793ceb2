import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/**
 * Listens at the other addresses of a host too, on the same port: `localhost` is 127.0.0.1 and ::1, and a client may try
 * either. Fastify does this only for servers that it creates, and this server sets its own timeouts.
 *
 * @param server listens at one of the addresses
 */
export async function listenOnAllAddresses(host: string, server: Server): Promise<void> {
  if (host !== 'localhost') return
  // As Node's HTTP server sets for its own connections.
  const options = server instanceof TlsServer ? {} : { allowHalfOpen: true, noDelay: true }
  const { address: taken, port } = server.address() as AddressInfo
  for (const { address } of await lookup(host, { all: true })) {
    if (address === taken) continue
    const other = createServer(options, (socket) => server.emit('connection', socket))
    server.once('close', () => other.close())
    other.listen(port, address)
    // If that fails (no IPv6, or another program has the port), the first address still works.
    await once(other, 'listening').catch(() => undefined)
  }
}
