import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes both ways, in the server's view: up is read, down is written. */
export interface Bytes {
  up: number
  down: number
}

/** Bytes of one way: heads, and all that is not. */
export interface Parts {
  headers: number
  framing: number
}

/** What crossed, both ways. */
export interface Crossed {
  up: Parts
  down: Parts
}

/** Where a request's bytes cross: HTTP's own bytes, below which TLS and TCP add theirs. */
export interface Wire {
  /** The TCP connection, or what TLS makes of one; several wires may share it. */
  readonly connection: Socket
  /**
   * What crossed since this was last asked. Every byte is handed out once, to whoever asks first.
   *
   * @param body how much of it is body; only where the bytes themselves do not say so, as in HTTP/1.1
   */
  take(body: Bytes): Crossed
  /** Calls back once the last byte of the answer has crossed, or never will: at once, where that is so already. */
  whenOver(done: () => void): void
}

const taken = new WeakMap<Socket, Bytes>()

/**
 * HTTP/1.1 and what it is upgraded to: one exchange at a time has the connection to itself. Of a TLS connection Node counts
 * what went into it and came out of it, not its records.
 */
class ConnectionWire implements Wire {
  readonly connection: Socket

  constructor(socket: Socket) {
    this.connection = socket
  }

  take(body: Bytes): Crossed {
    const last = taken.get(this.connection) ?? { up: 0, down: 0 }
    const now = { up: this.connection.bytesRead, down: this.connection.bytesWritten }
    taken.set(this.connection, now)
    return { up: divide(now.up - last.up, body.up), down: divide(now.down - last.down, body.down) }
  }

  whenOver(done: () => void): void {
    done()
  }
}

/** Of a message that was cut off, only a part of its body has crossed, or none. */
function divide(bytes: number, body: number): Parts {
  const framing = Math.min(bytes, body)
  return { headers: bytes - framing, framing }
}

const wires = new WeakMap<IncomingMessage, Wire>()

/** Says that a request has a wire of its own, and not its whole connection. */
export function setWire(request: IncomingMessage, wire: Wire): void {
  wires.set(request, wire)
}

/** The wire that a request came by. */
export function wireOf(request: IncomingMessage): Wire {
  return wires.get(request) ?? new ConnectionWire(request.socket)
}
