import type { AddressInfo, Server, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * Listens at a free port of this machine. The end of the test closes the server and all its connections.
 *
 * @returns the port
 */
export async function listenForTest(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** What is written to the socket is sent at once, and its errors end the socket only. */
export function relayed(socket: Socket): Socket {
  socket.setNoDelay(true)
  return socket.on('error', () => undefined)
}
