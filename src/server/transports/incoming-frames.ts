import type { WebSocket } from '@fastify/websocket'
import { parse } from 'secure-json-parse'
import { frameBytes } from '../../frame-sizes.ts'
import { MAX_WAITING_FRAMES } from '../config/limits.ts'
import { notJson } from '../errors/not-json.ts'
import type { FrameLimit } from '../http/client-limits.ts'
import type { FrameMeter } from '../metering/frame-meter.ts'
import type { DraftCarrier } from '../metering/request-meter.ts'
import { refuseSocket } from './upgraded-socket.ts'

/** Handles the text frames of a socket one at a time, in the order of arrival. */
export function handleFrames(
  socket: WebSocket,
  meter: FrameMeter,
  limit: FrameLimit | null,
  handle: (text: string, carrier: DraftCarrier) => Promise<void>,
): void {
  /** Settles when the last received frame was handled; null when all frames were. */
  let last: Promise<void> | null = null
  let waiting = 0
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      socket.close(1003, 'text frames only')
      return
    }
    if (limit && !limit.take()) {
      refuseSocket(socket, 1008, `more than ${limit.perSecond} frames in a second`)
      return
    }
    const carrier = meter.countReceived(frameBytes(data.length, 'up'), data.length)
    waiting += 1
    if (waiting > MAX_WAITING_FRAMES) {
      socket.close(1008, `more than ${MAX_WAITING_FRAMES} frames wait: send the next one after an answer`)
      return
    }
    // Pausing keeps further data in the network; frames of the chunk that was already read still arrive.
    socket.pause()
    const handled = (last ?? Promise.resolve())
      .then(() => (socket.readyState === socket.OPEN ? handle(data.toString(), carrier) : undefined))
      .finally(() => {
        waiting -= 1
        if (last === handled) last = null
        socket.resume()
      })
    last = handled
  })
}

/** @throws DomainError `invalid` for text that is not JSON, or JSON with a `__proto__`, as an HTTP body is refused */
export function readFrame(text: string): unknown {
  try {
    return parse(text, { protoAction: 'error', constructorAction: 'error' })
  } catch {
    throw notJson('frame')
  }
}
