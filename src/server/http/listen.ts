import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/**
 * Listens at the other addresses of a host too, on the same port: `localhost` is 127.0.0.1 and ::1, and a client may try
 * either. Fastify does this only for servers that it creates, and this server sets its own timeouts.
 *
 * @param server listens at one of the addresses
 * @returns the addresses that another program has at this port: a browser may reach that program by the name of the host
 */
export async function listenOnAllAddresses(
  host: string,
  server: Server,
  addressesOf: (host: string) => Promise<readonly { address: string }[]> = (name) => lookup(name, { all: true }),
): Promise<string[]> {
  const taken: string[] = []
  if (host !== 'localhost') return taken
  // As Node's HTTP server sets for its own connections.
  const options = server instanceof TlsServer ? {} : { allowHalfOpen: true, noDelay: true }
  const { address: own, port } = server.address() as AddressInfo
  for (const { address } of await addressesOf(host)) {
    if (address === own) continue
    const other = createServer(options, (socket) => server.emit('connection', socket))
    server.once('close', () => other.close())
    other.listen(port, address)
    // If that fails (no IPv6, or another program has the port), the first address still works.
    await once(other, 'listening').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') taken.push(address)
    })
  }
  return taken
}
