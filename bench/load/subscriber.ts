import { connect, type Socket } from 'node:net'
import type { HeaderSet } from './request-headers.ts'
import type { DeliveryRecord } from './delivery-record.ts'

export interface SubscriberOptions {
  port: number
  room: string
  /** Where to begin. */
  cursor: string
  headers: HeaderSet
  intervalMs: number
  holdMs: number
  /** ms after the common start at which this one's first poll is due. */
  phaseMs: number
  tally: DeliveryRecord
}

/** A subscriber of the suite. */
export interface Subscriber {
  /** Settles once it follows the room. */
  readonly opened: Promise<void>
  /** Bytes that its sockets read and wrote, as Node counts them. */
  socketBytes(): number
  close(): void
}

export interface Dialled {
  socket: Socket
  opened: Promise<void>
  /** It follows the room. */
  isOpen: () => void
  isBroken: (error: Error) => void
}

/** A connection, and whether it came to be open. One that breaks is not tried again: this is a measurement. */
export function dial(port: number, tally: DeliveryRecord): Dialled {
  let isOpen: Dialled['isOpen'] = () => undefined
  let isBroken: Dialled['isBroken'] = () => undefined
  const opened = new Promise<void>((resolve, reject) => {
    isOpen = resolve
    isBroken = reject
  })
  // Whoever waits for it is told; where nobody does, what breaks is a delivery that does not come.
  opened.catch(() => undefined)
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  tally.seen.connections += 1
  socket.on('error', isBroken)
  return { socket, opened, isOpen, isBroken }
}
