import { connect, type Socket } from 'node:net'
import type { HeaderSet } from './heads.ts'
import type { Tally } from './tally.ts'

export interface LineOptions {
  port: number
  room: string
  /** Where to begin. */
  cursor: string
  headers: HeaderSet
  intervalMs: number
  holdMs: number
  /** ms after the common start at which this one's first poll is due. */
  phaseMs: number
  tally: Tally
}

/** A subscriber of the suite. */
export interface Line {
  /** Settles once it follows the room. */
  readonly opened: Promise<void>
  /** Bytes that its sockets read and wrote, as Node counts them. */
  socketBytes(): number
  close(): void
}

/** A socket that says so when it breaks: nothing is retried in a measurement. */
export function dial(port: number, tally: Tally, onBroken: (error: Error) => void): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  tally.seen.connections += 1
  socket.on('error', onBroken)
  return socket
}
