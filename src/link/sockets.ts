import type { Socket } from 'node:net'

const NOTHING = Buffer.alloc(0)

/**
 * FIN, behind all that is written. Not asked for before that has gone to the kernel: a socket with a shutdown pending
 * cannot be reset (libuv refuses it, and Node then leaves the descriptor open).
 */
export function endSocket(socket: Socket): void {
  if (socket.writableLength === 0) socket.end()
  else socket.write(NOTHING, () => socket.end())
}

/** FIN behind all that is written, then no more is read. */
export function closeSocket(socket: Socket): void {
  if (socket.writableFinished) {
    socket.destroy()
    return
  }
  socket.once('finish', () => socket.destroy())
  if (!socket.writableEnded) endSocket(socket)
}

/** RST, at once where that is possible: not in the middle of connecting or shutting down. */
export function resetSocket(socket: Socket): void {
  const again = (): void => resetSocket(socket)
  if (socket.connecting) socket.once('connect', again)
  else if (socket.pending) socket.destroy()
  else if (socket.writableEnded && !socket.writableFinished) socket.once('finish', again)
  else socket.resetAndDestroy()
}
