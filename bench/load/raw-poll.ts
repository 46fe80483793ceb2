import { TRANSPORT_TRAITS, type TransportName } from '../../src/transports.ts'
import { openRequestConnection, type Answer } from './request-connection.ts'
import { requestHead } from './request-headers.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'
import { now } from './payload.ts'

// These are found without parsing, which would delay the next poll. JSON escapes quotes inside a text.
const CURSOR = /^\{"cursor":"([^"]+)"/
const NO_EVENTS = '"events":[]'
const MORE = '"more":true'

/** How one kind of poll differs from the others. */
interface Poll {
  path?: (cursor: string) => string
  headers?: (cursor: string) => readonly string[]
  /** The batch in an answer, as JSON; empty without a batch. */
  batchIn?: (body: string) => string
}

/** As short as a page would choose: each request and each answer contains the name. */
const CALLBACK = 'c'
const CALL = { begin: `/**/${CALLBACK}(`, end: ');' }

/** By default a poll asks as short-poll or long-poll do, as its mode is. */
const POLLS: Partial<Record<TransportName, Poll>> = {
  'snapshot-poll': { path: () => 'snapshot-poll', headers: (cursor) => [`If-None-Match: "${cursor}"`] },
  'jsonp-poll': {
    path: (cursor) => `jsonp-poll?after=${cursor}&callback=${CALLBACK}`,
    batchIn(body) {
      const json = body.slice(CALL.begin.length, -CALL.end.length)
      return json === 'null' ? '' : json
    },
  },
}

/** Polls over one raw connection: one process can run a thousand of these, but not a thousand `fetch` loops. */
export function rawPoll(transport: TransportName, options: SubscriberOptions): Subscriber {
  const { port, room, headers, intervalMs, phaseMs, record } = options
  // The client polls again at once after a held poll.
  const isHeld = TRANSPORT_TRAITS[transport].mode === 'held'
  const hold = isHeld ? `&holdMs=${options.holdMs}` : ''
  const {
    path = (cursor: string) => `${transport}?after=${cursor}${hold}`,
    headers: extra = () => [],
    batchIn = (body: string) => body,
  } = POLLS[transport] ?? {}
  let { cursor } = options
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let due = performance.now() + phaseMs

  const poll = () => {
    if (isClosed) return
    connection.request(requestHead(`GET /rooms/${room}/${path(cursor)} HTTP/1.1`, headers, extra(cursor)))
    // A long poll follows the room when its request is sent; a short poll when its first answer has come.
    if (isHeld) connection.markOpen()
  }
  const pollWhenDue = () => {
    record.counts.due += 1
    timer = setTimeout(poll, due - performance.now())
    due += intervalMs
  }
  const onAnswer = ({ status, body }: Answer) => {
    if (status !== 200 && status !== 204 && status !== 304) {
      connection.fail(new Error(`answered ${status}: ${body}`))
      return
    }
    const batch = batchIn(body)
    if (batch !== '') {
      record.addText(batch, now())
      cursor = CURSOR.exec(batch)?.[1] ?? cursor
    }
    if (batch === '' || batch.includes(NO_EVENTS)) record.counts.empty += 1
    connection.markOpen()
    if (isHeld || batch.includes(MORE)) poll()
    else pollWhenDue()
  }

  const connection = openRequestConnection(port, record, onAnswer)
  const { socket, opened } = connection
  socket.once('connect', isHeld ? poll : pollWhenDue)
  return {
    opened,
    socketBytes: () => socket.bytesRead + socket.bytesWritten,
    close() {
      isClosed = true
      clearTimeout(timer)
      socket.destroy()
    },
  }
}
