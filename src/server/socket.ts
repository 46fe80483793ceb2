import type { FastifyRequest } from 'fastify'
import { parse } from 'secure-json-parse'
import type { WebSocket } from '@fastify/websocket'
import type { MeterFrame } from '../meter.ts'
import { CLOSE, type FrameDown } from '../protocol.ts'
import { stoodStill } from './clock.ts'
import type { FrameContent, FrameLine, DraftCarrier } from './exchange.ts'
import { countFrames, downBytes, upBytes } from './frames.ts'
import { MAX_WAITING_FRAMES } from './limits.ts'
import { problems } from './problem.ts'

/** An upgraded connection, with what every WebSocket route of ours needs of it. */
export interface SocketLine {
  readonly counts: FrameLine
  /** Settles when the frame has gone out to the network, or never will. */
  send(frame: FrameDown | MeterFrame): Promise<void>
  send(text: string, content: FrameContent): Promise<void>
  /** Frames are handled one after the other, in the order in which they came. */
  onText(handle: (text: string, frame: DraftCarrier) => Promise<void>): void
  /** Closes, saying why: the member was ended, or the server is closing. */
  finish(): void
}

function contentOf(frame: FrameDown | MeterFrame | string): FrameContent {
  if (typeof frame === 'string') return { kind: 'other' }
  if (frame.type === 'ack') return { kind: 'ack', messages: [frame.ack.id] }
  if (frame.type === 'error') return { kind: 'error', ...(frame.id === undefined ? {} : { messages: [frame.id] }) }
  return { kind: 'other' }
}

/** null, and the socket closed with a code that says so, when the token was not good. */
export function openLine(socket: WebSocket, request: FastifyRequest): SocketLine | null {
  const counts = countFrames(socket, request)
  // A socket without this listener takes the process down with it.
  socket.on('error', (error) => request.log.debug({ error: error.message }, 'a socket broke'))

  if (request.refusal) {
    const { status, detail } = request.refusal.problem
    socket.close(status === 410 ? CLOSE.memberEnded : CLOSE.badToken, detail)
    return null
  }

  let handled = Promise.resolve()
  let waiting = 0
  const line: SocketLine = {
    counts,
    send(frame: FrameDown | MeterFrame | string, content?: FrameContent) {
      return new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) {
          resolve()
          return
        }
        const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
        counts.sent(downBytes(Buffer.byteLength(text)), content ?? contentOf(frame))
        socket.send(text, () => resolve())
      })
    },
    onText(handle) {
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) {
          socket.close(1003, 'text frames only')
          return
        }
        const frame = counts.received(upBytes(data.length))
        waiting += 1
        if (waiting > MAX_WAITING_FRAMES) {
          socket.close(1008, `more than ${MAX_WAITING_FRAMES} frames wait: send the next one after an answer`)
          return
        }
        // One at a time. Pausing keeps further data in the network; frames of the chunk that was read still come.
        socket.pause()
        handled = handled
          .then(() => (socket.readyState === socket.OPEN ? handle(data.toString(), frame) : undefined))
          .finally(() => {
            waiting -= 1
            socket.resume()
          })
      })
    },
    finish() {
      if (request.visit.seat?.isEnded) socket.close(CLOSE.memberEnded, 'the server ended this member')
      else if (request.room.log.isClosed) socket.close(1001, 'server closing')
      else socket.close(1000)
    },
  }
  return line
}

/** Pings while nothing else is heard, and drops a peer that does not answer until the next ping. */
export function keepAlive(socket: WebSocket, { counts }: SocketLine, beatMs: number): void {
  let isAlive = true
  let dueAt = performance.now() + beatMs
  socket.on('pong', () => (isAlive = true))
  const timer = setInterval(() => {
    const isSilent = !isAlive && !stoodStill(dueAt, beatMs)
    dueAt = performance.now() + beatMs
    if (isSilent) {
      socket.terminate()
      return
    }
    isAlive = false
    counts.control('down', downBytes(0), 'ping')
    socket.ping()
  }, beatMs)
  socket.once('close', () => clearInterval(timer))
}

/** @throws 400 for what is no JSON, or JSON with a `__proto__` in it, which HTTP bodies are refused for too */
export function readFrame(text: string): unknown {
  try {
    return parse(text, { protoAction: 'error', constructorAction: 'error' })
  } catch {
    throw problems.invalid('the frame is not JSON', { field: 'frame' })
  }
}
