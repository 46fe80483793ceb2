import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import { frameBytes } from '../../frame-sizes.ts'
import { NO_FRAME_METER, type FrameMeter } from '../metering/frame-meter.ts'

/** Codes of a socket's `close` event: without a close frame, and for a close frame without a code. */
const ABNORMAL = 1006
const NO_CODE = 1005

/** ms for a peer to read the close reason. After that the connection is destroyed. */
const CLOSE_TIMEOUT_MS = 1000

/**
 * A request that was upgraded to a WebSocket. Control frames are counted here, messages by the code that sends and receives
 * them.
 */
export class UpgradedSocket {
  readonly meter: FrameMeter

  constructor(socket: WebSocket, { context }: FastifyRequest) {
    this.meter = context.meter.startFrames('socket', 101, socket.extensions !== '')
    context.upgrade()
    upgraded.set(socket, this)
    // The plugin's listener would keep the HTTP request in memory. Without a listener, an error of a socket ends the process.
    socket.removeAllListeners('error')
    socket.on('error', onError)
    socket.on('pong', onPong)
    if (this.meter === NO_FRAME_METER) return
    socket.on('ping', onPing)
    socket.on('close', onClose)
  }

  receivePing(data: Buffer): void {
    this.meter.countControl('up', frameBytes(data.length, 'up'), 'ping')
    this.meter.countControl('down', frameBytes(data.length, 'down'), 'pong')
  }

  receivePong(data: Buffer): void {
    this.meter.countControl('up', frameBytes(data.length, 'up'), 'pong')
  }

  receiveClose(code: number, reason: Buffer): void {
    const wasClosed = code !== ABNORMAL
    if (wasClosed) this.meter.countControl('up', frameBytes(code === NO_CODE ? 0 : 2 + reason.length, 'up'), 'close')
    this.meter.finish(wasClosed)
  }
}

const upgraded = new WeakMap<WebSocket, UpgradedSocket>()

// One set of functions for all sockets: with many sockets, closures per socket use memory.

function onPing(this: WebSocket, data: Buffer): void {
  upgraded.get(this)?.receivePing(data)
}

function onPong(this: WebSocket, data: Buffer): void {
  upgraded.get(this)?.receivePong(data)
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  upgraded.get(this)?.receiveClose(code, reason)
}

/** Closes a socket with a reason. A client that does not answer the close does not keep the connection. */
export function refuseSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return
  socket.close(code, reason)
  setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref()
}

/** Errors that a client can cause are not logged. */
function onError(this: WebSocket): void {
  setTimeout(() => this.terminate(), CLOSE_TIMEOUT_MS).unref()
}
