import type { TransportName } from '../../src/transports.ts'
import { isChunked, readChunk, readHead } from './http1-reader.ts'
import { now } from './payload.ts'
import { requestHead } from './request-headers.ts'
import { openConnection, type Subscriber, type SubscriberOptions } from './subscriber.ts'
import { readUnused } from './unread-bytes.ts'

/** The text before a batch in its line. Other lines carry heartbeats or cursors. */
const BEFORE_BATCH = { sse: 'data: ', 'http-stream': '' } as const

/** Reads a chunked response that does not end, with one line for each batch, over a raw connection. */
export function rawStream(
  transport: TransportName,
  framing: keyof typeof BEFORE_BATCH,
  options: SubscriberOptions,
): Subscriber {
  const { port, room, cursor, headers, record } = options
  const prefix = BEFORE_BATCH[framing]
  let incompleteLine = ''
  let hasHead = false
  const { socket, opened, markOpen, fail } = openConnection(port, record)
  socket.once('connect', () => {
    const head = requestHead(`GET /rooms/${room}/${transport}?after=${cursor} HTTP/1.1`, headers)
    record.counts.requests += 1
    record.counts.handshake += head.length
    socket.write(head)
  })

  const takeHead = (bytes: Buffer): number => {
    const head = readHead(bytes)
    if (!head) return 0
    if (head.status !== 200 || !isChunked(head.text)) fail(new Error(`no stream: ${head.text.split('\r\n')[0]}`))
    record.counts.handshake += head.end
    hasHead = true
    markOpen()
    return head.end
  }
  const takeLines = (text: string) => {
    const lines = (incompleteLine + text).split('\n')
    incompleteLine = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '' || !line.startsWith(prefix)) continue
      record.counts.frames += 1
      record.addText(line.slice(prefix.length), now())
    }
  }
  readUnused(socket, (bytes) => {
    let at = hasHead ? 0 : takeHead(bytes)
    while (hasHead) {
      const chunk = readChunk(bytes, at)
      if (!chunk) break
      record.counts.bodyDown += chunk.end - at
      at = chunk.end
      takeLines(bytes.toString('utf8', chunk.from, chunk.to))
    }
    return at
  })
  return {
    opened,
    socketBytes: () => socket.bytesRead + socket.bytesWritten,
    close: () => socket.destroy(),
  }
}
