import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import type { FrameLine } from './exchange.ts'

/** What a socket's `close` says when there was no close frame, and when that had no code in it. */
const ABNORMAL = 1006
const NO_CODE = 1005

/** RFC 6455, 5.2: a head of 2, 4 or 10 bytes, by the length of what follows. */
export const downBytes = (length: number): number => length + (length < 126 ? 2 : length < 65_536 ? 4 : 10)
/** And a mask of 4 on whatever a client sends. */
export const upBytes = (length: number): number => downBytes(length) + 4

/** Counts what an upgraded connection carries beside its messages, which are for its user to count. */
export function countFrames(socket: WebSocket, request: FastifyRequest): FrameLine {
  const counts = request.exchange.stream('socket', 101, socket.extensions !== '')
  socket.on('ping', (data: Buffer) => {
    counts.control('up', upBytes(data.length), 'ping')
    counts.control('down', downBytes(data.length), 'pong')
  })
  socket.on('pong', (data: Buffer) => counts.control('up', upBytes(data.length), 'pong'))
  socket.once('close', (code: number, reason: Buffer) => {
    const wasClosed = code !== ABNORMAL
    if (wasClosed) counts.control('up', upBytes(code === NO_CODE ? 0 : 2 + reason.length), 'close')
    counts.end(wasClosed)
  })
  return counts
}
