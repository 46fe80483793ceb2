import { connect, type Socket } from 'node:net'
import type { HeaderSet } from './request-headers.ts'
import type { DeliveryRecord } from './delivery-record.ts'

export interface SubscriberOptions {
  port: number
  room: string
  /** The cursor of the first read. */
  cursor: string
  headers: HeaderSet
  intervalMs: number
  holdMs: number
  /** ms from the common start to the first poll of this subscriber. */
  phaseMs: number
  record: DeliveryRecord
}

/** A subscriber of the suite. */
export interface Subscriber {
  /** Resolves when the subscriber follows the room. */
  readonly opened: Promise<void>
  /** Bytes that its sockets have read and written, as Node counts them. */
  socketBytes(): number
  close(): void
}

export interface SubscriberConnection {
  socket: Socket
  opened: Promise<void>
  /** Call this when the subscriber follows the room. */
  markOpen: () => void
  fail: (error: Error) => void
}

/** Opens a TCP connection. A broken connection is not retried: this is a measurement. */
export function openConnection(port: number, record: DeliveryRecord): SubscriberConnection {
  let markOpen: SubscriberConnection['markOpen'] = () => undefined
  let fail: SubscriberConnection['fail'] = () => undefined
  const opened = new Promise<void>((resolve, reject) => {
    markOpen = resolve
    fail = reject
  })
  // A caller that awaits `opened` gets the error. Otherwise the missing deliveries show the failure.
  opened.catch(() => undefined)
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  record.counts.connections += 1
  socket.on('error', fail)
  return { socket, opened, markOpen, fail }
}
