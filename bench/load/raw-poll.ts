import { TRANSPORT_TRAITS, type TransportName } from '../../src/transports.ts'
import { dialHttp, type Answer } from './exchanges.ts'
import { requestHead } from './request-headers.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'
import { now } from './payload.ts'

// What has to be known at once is found without parsing. Inside a text these quotes would be escaped.
const CURSOR = /^\{"cursor":"([^"]+)"/
const NO_EVENTS = '"events":[]'
const MORE = '"more":true'

/** What one kind of poll does otherwise than the others. */
interface Poll {
  path?: (cursor: string) => string
  headers?: (cursor: string) => readonly string[]
  /** The batch in an answer, as JSON; empty where there is none. */
  batchIn?: (body: string) => string
}

/** The shorter the name, the less it weighs; a page would have one as short. */
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

/** Polls over one raw connection: a thousand of these fit into a process where a thousand `fetch` do not. */
export function rawPoll(transport: TransportName, options: SubscriberOptions): Subscriber {
  const { port, room, headers, intervalMs, phaseMs, tally } = options
  // A poll that is held is asked again as soon as it is answered, and waits at the server.
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

  const ask = () => {
    if (isClosed) return
    line.ask(requestHead(`GET /rooms/${room}/${path(cursor)} HTTP/1.1`, headers, extra(cursor)))
    // A long poll that is parked is open; a short poll is once it was answered.
    if (isHeld) line.isOpen()
  }
  const askWhenDue = () => {
    tally.seen.due += 1
    timer = setTimeout(ask, due - performance.now())
    due += intervalMs
  }
  const answered = ({ status, body }: Answer) => {
    if (status !== 200 && status !== 204 && status !== 304) {
      line.isBroken(new Error(`answered ${status}: ${body}`))
      return
    }
    const batch = batchIn(body)
    if (batch !== '') {
      tally.came(batch, now())
      cursor = CURSOR.exec(batch)?.[1] ?? cursor
    }
    if (batch === '' || batch.includes(NO_EVENTS)) tally.seen.empty += 1
    line.isOpen()
    if (isHeld || batch.includes(MORE)) ask()
    else askWhenDue()
  }

  const line = dialHttp(port, tally, answered)
  const { socket, opened } = line
  socket.once('connect', isHeld ? ask : askWhenDue)
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
