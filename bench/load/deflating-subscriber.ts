import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import { frameBytes } from '../../src/frame-sizes.ts'
import { now } from './payload.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'

/** A WebSocket that offers compression, as a browser does. The `ws` package inflates: the raw client cannot. */
export function deflatingSubscriber({ port, room, cursor, record }: SubscriberOptions): Subscriber {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/${room}/websocket?after=${cursor}`, ['chat.v1'], {
    perMessageDeflate: true,
  })
  const upgraded = once(socket, 'upgrade') as Promise<[IncomingMessage]>
  const opened = Promise.all([upgraded, once(socket, 'open')]).then(() => undefined)
  // A caller that awaits `opened` gets the error. Otherwise the missing deliveries show the failure.
  for (const promise of [upgraded, opened]) promise.catch(() => undefined)
  socket.on('error', () => undefined)
  let tcp: IncomingMessage['socket'] | null = null
  let last = { read: 0, written: 0 }
  const readDelta = () => {
    const current = { read: tcp?.bytesRead ?? 0, written: tcp?.bytesWritten ?? 0 }
    const delta = { down: current.read - last.read, up: current.written - last.written }
    last = current
    return delta
  }
  record.counts.requests += 1
  record.counts.connections += 1
  socket.on('upgrade', (response) => {
    tcp = response.socket
    const { up, down } = readDelta()
    record.counts.handshake += up + down
  })
  socket.on('message', (data: Buffer) => {
    const at = now()
    const { up, down } = readDelta()
    const { counts } = record
    counts.bodyUp += up
    counts.bodyDown += down
    counts.frames += 1
    if (socket.extensions !== '') counts.inflated += frameBytes(data.length, 'down')
    record.addText(data.toString(), at)
  })
  return {
    opened,
    socketBytes: () => (tcp?.bytesRead ?? 0) + (tcp?.bytesWritten ?? 0),
    close: () => socket.terminate(),
  }
}
