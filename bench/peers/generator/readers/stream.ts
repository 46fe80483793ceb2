import { readHead } from '../../../load/http1-reader.ts'
import { dial, type Connection } from '../connection.ts'
import { MARKER_BYTES, scan } from '../marker.ts'
import { getRequest } from '../requests.ts'
import type { OpenReader, Reader, ReaderContext } from './reader.ts'

const LAST_CHUNK = '0\r\n\r\n'
const TILDE = 126

/** A response that does not end: Server-Sent Events, or one JSON text a line. */
export const stream: OpenReader = (context) =>
  openStream(context, {
    request: getRequest(context.path.replace('$C', context.cursor), ['Accept: text/event-stream', ...context.headers]),
    began: context.ready,
    ended: () => context.failed('the stream has ended'),
  })

interface StreamEvents {
  request: string
  began: () => void
  /** The server has completed the response. */
  ended: (connection: Connection) => void
}

export function openStream(context: ReaderContext, { request, began, ended }: StreamEvents): Reader {
  let isInBody = false
  const connection = dial(context.port, {
    opened: () => connection.write(request),
    read(bytes, from, to) {
      let at = from
      if (!isInBody) {
        const head = readHead(bytes, from, to)
        if (!head) return from
        if (head.status !== 200) context.failed(`answered ${head.status}`)
        isInBody = true
        at = head.end
        began()
      }
      at = scan(bytes, at, to, context.received)
      if (bytes.toString('latin1', Math.max(at, to - LAST_CHUNK.length), to) === LAST_CHUNK) {
        isInBody = false
        ended(connection)
        return to
      }
      // The last bytes may be the start of a marker: they are kept for the next read.
      at = Math.max(at, to - MARKER_BYTES + 1)
      while (at < to && bytes[at] !== TILDE) at++
      return at
    },
    ended: context.failed,
  })
  return { close: connection.close }
}
