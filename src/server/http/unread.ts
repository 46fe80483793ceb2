import type { Server } from 'node:http'
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { connectionOf } from '../metering/client-connection.ts'

/** ms for a peer to close its side. After that the connection is reset, which also frees what the kernel holds for it. */
const CLOSE_MS = 1000

/**
 * Cuts connections that nothing moves on:
 *
 * - with an answer of which the client takes no byte for `unreadMs`. Node restarts the time while its buffer sinks, so a slow
 *   client is not cut;
 * - without a request for the keep-alive time. The kernel may hold an answer that the client never reads, for which the process
 *   has no sign. A client that is alive closes its side when it reads the end.
 *
 * Held polls and quiet streams have nothing to send, and are not cut here.
 */
export function cutUnread(server: Server, unreadMs: number): void {
  // With a listener, Node does not destroy the connection itself.
  server.setTimeout(unreadMs, (connection: unknown) => {
    // Http2Server emits its sessions here too.
    if (!(connection instanceof Socket)) return
    if (connection.writableLength > 0) resetConnection(connection)
    else if (connectionOf(connection).isIdle) endConnection(connection)
  })
}

/** Ends the connection in order, and resets it if the peer does not close its side. */
export function endConnection(socket: Socket): void {
  if (socket.destroyed) return
  socket.end()
  const timer = setTimeout(() => resetConnection(socket), CLOSE_MS).unref()
  socket.once('close', () => clearTimeout(timer))
}

/** Closes the connection without waiting for data that the peer has not read: a close in order keeps it in the kernel for minutes. */
export function resetConnection(socket: Socket): void {
  // TLS has no reset in Node.
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}
