import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import { now } from './payload.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'

/** A WebSocket that offers compression, as a browser's does, by the `ws` package: it is not the suite's to inflate. */
export function deflatingSubscriber({ port, room, cursor, tally }: SubscriberOptions): Subscriber {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/${room}/websocket?after=${cursor}`, ['chat.v1'], {
    perMessageDeflate: true,
  })
  const upgraded = once(socket, 'upgrade') as Promise<[IncomingMessage]>
  const opened = Promise.all([upgraded, once(socket, 'open')]).then(() => undefined)
  // Whoever waits for it is told; where nobody does, what breaks is a delivery that does not come.
  for (const promise of [upgraded, opened]) promise.catch(() => undefined)
  socket.on('error', () => undefined)
  let tcp: IncomingMessage['socket'] | null = null
  let last = { read: 0, written: 0 }
  const crossed = () => {
    const here = { read: tcp?.bytesRead ?? 0, written: tcp?.bytesWritten ?? 0 }
    const since = { down: here.read - last.read, up: here.written - last.written }
    last = here
    return since
  }
  tally.seen.requests += 1
  tally.seen.connections += 1
  socket.on('upgrade', (response) => {
    tcp = response.socket
    const { up, down } = crossed()
    tally.seen.handshake += up + down
  })
  socket.on('message', (data: Buffer) => {
    const at = now()
    const { up, down } = crossed()
    const { seen } = tally
    seen.bodyUp += up
    seen.bodyDown += down
    seen.frames += 1
    if (socket.extensions !== '') seen.inflated += data.length
    tally.came(data.toString(), at)
  })
  return {
    opened,
    socketBytes: () => (tcp?.bytesRead ?? 0) + (tcp?.bytesWritten ?? 0),
    close: () => socket.terminate(),
  }
}
