import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Longest queue of connections that wait for accept. */
export const BACKLOG = 4096

/** @returns the port */
export async function listen(server: Server): Promise<number> {
  server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
