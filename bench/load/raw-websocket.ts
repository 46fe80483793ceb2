import { SUBPROTOCOL } from '../../src/protocol.ts'
import type { TransportName } from '../../src/transports.ts'
import { requestHead } from './request-headers.ts'
import { now } from './payload.ts'
import { dial, type Subscriber, type SubscriberOptions } from './subscriber.ts'
import type { DeliveryRecord } from './delivery-record.ts'

const HEAD_END = Buffer.from('\r\n\r\n')
const TEXT = 1
const PING = 9

/** Reads a WebSocket over a raw connection: unmasked, unfragmented text frames, which is what this server sends. */
export function rawWebSocket(transport: TransportName, options: SubscriberOptions): Subscriber {
  const { port, room, cursor, headers, tally } = options
  return rawSocket(port, `/rooms/${room}/${transport}?after=${cursor}`, headers, [SUBPROTOCOL], tally, (text) =>
    tally.came(text, now()),
  )
}

export interface RawSocket extends Subscriber {
  send(text: string): void
}

export function rawSocket(
  port: number,
  path: string,
  headers: SubscriberOptions['headers'],
  protocols: readonly string[],
  tally: DeliveryRecord,
  onText: (text: string) => void,
): RawSocket {
  let unread: Buffer = Buffer.alloc(0)
  let isUpgraded = false
  const { socket, opened, isOpen, isBroken } = dial(port, tally)
  socket.once('connect', () => {
    const offers = protocols.length > 0 ? [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`] : []
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    const key = `Sec-WebSocket-Key: ${Buffer.alloc(16, 7).toString('base64')}`
    const head = requestHead(`GET ${path} HTTP/1.1`, headers, [...upgrade, key, ...offers])
    tally.seen.requests += 1
    tally.seen.handshake += head.length
    socket.write(head)
  })

  const takeHead = (): boolean => {
    const end = unread.indexOf(HEAD_END)
    if (end < 0) return false
    const head = unread.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 101')) isBroken(new Error(`not upgraded: ${head.split('\r\n')[0]}`))
    tally.seen.handshake += end + HEAD_END.length
    unread = unread.subarray(end + HEAD_END.length)
    isUpgraded = true
    isOpen()
    return true
  }
  const takeFrame = (): boolean => {
    if (unread.length < 2) return false
    const short = unread.readUInt8(1) & 127
    const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10
    if (unread.length < headBytes) return false
    const length = short < 126 ? short : short === 126 ? unread.readUInt16BE(2) : Number(unread.readBigUInt64BE(2))
    if (unread.length < headBytes + length) return false
    const opcode = unread.readUInt8(0) & 15
    const payload = unread.subarray(headBytes, headBytes + length)
    unread = unread.subarray(headBytes + length)
    tally.seen.bodyDown += headBytes + length
    if (opcode === PING) pong(payload)
    if (opcode === TEXT) {
      tally.seen.frames += 1
      onText(payload.toString())
    }
    return true
  }
  socket.on('data', (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk])
    while (isUpgraded ? takeFrame() : takeHead());
  })
  const write = (frame: Buffer) => {
    tally.seen.bodyUp += frame.length
    socket.write(frame)
  }
  const pong = (payload: Buffer) => write(clientFrame(10, payload))
  return {
    opened,
    send: (text) => write(clientFrame(TEXT, Buffer.from(text))),
    socketBytes: () => socket.bytesRead + socket.bytesWritten,
    close: () => socket.destroy(),
  }
}

/** Masked, as a client's frames must be; with a mask of zeros, which is allowed and leaves the payload as it is. */
function clientFrame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length
  if (length > 65_535) throw new RangeError(`a frame of ${length} bytes is not allowed: at most 65535`)
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), payload])
}
