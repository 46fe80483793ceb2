import { SUBPROTOCOL } from '../../src/protocol.ts'
import type { TransportName } from '../../src/transports.ts'
import type { DeliveryRecord } from './delivery-record.ts'
import { readHead } from './http1-reader.ts'
import { now } from './payload.ts'
import { requestHead } from './request-headers.ts'
import { openConnection, type Subscriber, type SubscriberOptions } from './subscriber.ts'
import { readUnused } from './unread-bytes.ts'
import { clientFrame, PING, PONG, readFrames, TEXT } from './websocket-frames.ts'

/** Reads the room's WebSocket over a raw connection. */
export function rawWebSocket(transport: TransportName, options: SubscriberOptions): Subscriber {
  const { port, room, cursor, headers, record } = options
  return openRawSocket(port, `/rooms/${room}/${transport}?after=${cursor}`, headers, [SUBPROTOCOL], record, (text) =>
    record.addText(text, now()),
  )
}

export interface RawSocket extends Subscriber {
  send(text: string): void
}

/** A WebSocket over a raw connection. It counts the bytes of its handshake and of its frames. */
export function openRawSocket(
  port: number,
  path: string,
  headers: SubscriberOptions['headers'],
  protocols: readonly string[],
  record: DeliveryRecord,
  onText: (text: string) => void,
): RawSocket {
  let isUpgraded = false
  const { socket, opened, markOpen, fail } = openConnection(port, record)
  socket.once('connect', () => {
    const offers = protocols.length > 0 ? [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`] : []
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    const key = `Sec-WebSocket-Key: ${Buffer.alloc(16, 7).toString('base64')}`
    const head = requestHead(`GET ${path} HTTP/1.1`, headers, [...upgrade, key, ...offers])
    record.counts.requests += 1
    record.counts.handshake += head.length
    socket.write(head)
  })

  const takeHead = (bytes: Buffer): number => {
    const head = readHead(bytes)
    if (!head) return 0
    if (head.status !== 101) fail(new Error(`not upgraded: ${head.text.split('\r\n')[0]}`))
    record.counts.handshake += head.end
    isUpgraded = true
    markOpen()
    return head.end
  }
  const takeFrame = (opcode: number, payload: Buffer) => {
    if (opcode === PING) write(clientFrame(PONG, payload))
    if (opcode !== TEXT) return
    record.counts.frames += 1
    onText(payload.toString())
  }
  readUnused(socket, (bytes) => {
    const from = isUpgraded ? 0 : takeHead(bytes)
    if (!isUpgraded) return from
    let counted = from
    return readFrames(bytes, from, bytes.length, (opcode, payloadFrom, payloadTo) => {
      record.counts.bodyDown += payloadTo - counted
      counted = payloadTo
      takeFrame(opcode, bytes.subarray(payloadFrom, payloadTo))
    })
  })
  const write = (frame: Buffer) => {
    record.counts.bodyUp += frame.length
    socket.write(frame)
  }
  return {
    opened,
    send: (text) => write(clientFrame(TEXT, text)),
    socketBytes: () => socket.bytesRead + socket.bytesWritten,
    close: () => socket.destroy(),
  }
}
