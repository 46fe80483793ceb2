import type { Socket } from 'node:net'

const NOTHING = Buffer.alloc(0)

/**
 * Sends FIN after all written bytes. Calls `end` only once those have gone to the kernel: a socket with a pending shutdown cannot
 * be reset (libuv refuses, and Node then leaves the descriptor open).
 */
export function endSocket(socket: Socket): void {
  if (socket.writableLength === 0) socket.end()
  else socket.write(NOTHING, () => socket.end())
}

/** Sends FIN after all written bytes, then stops reading. */
export function closeSocket(socket: Socket): void {
  if (socket.writableFinished) {
    socket.destroy()
    return
  }
  socket.once('finish', () => socket.destroy())
  if (!socket.writableEnded) endSocket(socket)
}

/** Sends RST: at once, or when connecting or shutting down has finished. */
export function resetSocket(socket: Socket): void {
  const again = (): void => resetSocket(socket)
  if (socket.connecting) socket.once('connect', again)
  else if (socket.pending) socket.destroy()
  else if (socket.writableEnded && !socket.writableFinished) socket.once('finish', again)
  else socket.resetAndDestroy()
}
