import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes that crossed a connection, in the server's view: up is read, down is written. */
export interface Bytes {
  up: number
  down: number
}

/** Where a request's bytes cross. */
export interface Wire {
  /** The TCP connection; several wires may share one. */
  readonly connection: Socket
  /** What crossed since this was last asked. Every byte is handed out once, to whoever asks first. */
  take(): Bytes
}

const taken = new WeakMap<Socket, Bytes>()

/** HTTP/1.1 and what it is upgraded to: one exchange at a time has the connection to itself. */
class ConnectionWire implements Wire {
  readonly connection: Socket

  constructor(socket: Socket) {
    this.connection = socket
  }

  take(): Bytes {
    const last = taken.get(this.connection) ?? { up: 0, down: 0 }
    const now = { up: this.connection.bytesRead, down: this.connection.bytesWritten }
    taken.set(this.connection, now)
    return { up: now.up - last.up, down: now.down - last.down }
  }
}

/** The wire that a request came by. */
export function wireOf(request: IncomingMessage): Wire {
  return new ConnectionWire(request.socket)
}
