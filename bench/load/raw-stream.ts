import type { TransportName } from '../../src/transports.ts'
import { requestHead } from './request-headers.ts'
import { dial, type Subscriber, type SubscriberOptions } from './subscriber.ts'
import { now } from './payload.ts'

const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')

/** What stands before a batch in its line. Other lines say that the stream is alive, or where it is. */
const BEFORE_BATCH = { sse: 'data: ', 'http-stream': '' } as const

/** Reads an answer that does not end over a raw connection: chunked, with a line for each batch. */
export function rawStream(
  transport: TransportName,
  framing: keyof typeof BEFORE_BATCH,
  options: SubscriberOptions,
): Subscriber {
  const { port, room, cursor, headers, tally } = options
  const prefix = BEFORE_BATCH[framing]
  let unread: Buffer = Buffer.alloc(0)
  let rest = ''
  let hasHead = false
  const { socket, opened, isOpen, isBroken } = dial(port, tally)
  socket.once('connect', () => {
    const head = requestHead(`GET /rooms/${room}/${transport}?after=${cursor} HTTP/1.1`, headers)
    tally.seen.requests += 1
    tally.seen.handshake += head.length
    socket.write(head)
  })

  const takeHead = (): boolean => {
    const end = unread.indexOf(HEAD_END)
    if (end < 0) return false
    const head = unread.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 200') || !/\r\ntransfer-encoding: chunked/i.test(head)) {
      isBroken(new Error(`no stream: ${head.split('\r\n')[0]}`))
    }
    tally.seen.handshake += end + HEAD_END.length
    unread = unread.subarray(end + HEAD_END.length)
    hasHead = true
    isOpen()
    return true
  }
  /** RFC 9112, section 7.1: the size in hex, a line's end, the piece, a line's end. */
  const takeChunk = (): boolean => {
    const sizeEnd = unread.indexOf(LINE_END)
    if (sizeEnd < 0) return false
    const begin = sizeEnd + LINE_END.length
    const end = begin + Number.parseInt(unread.toString('latin1', 0, sizeEnd), 16)
    const whole = end + LINE_END.length
    if (unread.length < whole) return false
    tally.seen.bodyDown += whole
    const lines = (rest + unread.toString('utf8', begin, end)).split('\n')
    unread = unread.subarray(whole)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '' || !line.startsWith(prefix)) continue
      tally.seen.frames += 1
      tally.came(line.slice(prefix.length), now())
    }
    return true
  }
  socket.on('data', (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk])
    while (hasHead ? takeChunk() : takeHead());
  })
  return {
    opened,
    socketBytes: () => socket.bytesRead + socket.bytesWritten,
    close: () => socket.destroy(),
  }
}
