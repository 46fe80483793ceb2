import { requestHead } from './heads.ts'
import { now } from './payload.ts'
import { dial, type Line, type LineOptions } from './line.ts'

const HEAD_END = Buffer.from('\r\n\r\n')
// What has to be known at once is found without parsing. Inside a text these quotes would be escaped.
const CURSOR = /^\{"cursor":"([^"]+)"/
const NO_EVENTS = '"events":[]'
const MORE = '"more":true'

/** Polls over one raw connection: a thousand of these fit into a process where a thousand `fetch` do not. */
export function leanPoll(kind: 'short-poll' | 'long-poll', options: LineOptions): Line {
  const { port, room, headers, intervalMs, holdMs, phaseMs, tally } = options
  let { cursor } = options
  let unread: Buffer = Buffer.alloc(0)
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let due = performance.now() + phaseMs
  const { socket, opened, isOpen, isBroken } = dial(port, tally)
  const query = kind === 'long-poll' ? `&holdMs=${holdMs}` : ''

  const ask = () => {
    if (isClosed) return
    const head = requestHead(`GET /rooms/${room}/${kind}?after=${cursor}${query} HTTP/1.1`, headers)
    tally.seen.requests += 1
    tally.seen.headersUp += head.length
    socket.write(head)
    // A long poll that is parked is open; a short poll is once it was answered.
    if (kind === 'long-poll') isOpen()
  }
  const askWhenDue = () => {
    tally.seen.due += 1
    timer = setTimeout(ask, due - performance.now())
    due += intervalMs
  }
  const answered = (status: number, headBytes: number, body: string) => {
    tally.seen.responses += 1
    tally.seen.headersDown += headBytes
    tally.seen.bodyDown += body.length
    if (status !== 200 && status !== 204) {
      isBroken(new Error(`answered ${status}: ${body}`))
      return
    }
    if (body !== '') {
      tally.came(body, now())
      cursor = CURSOR.exec(body)?.[1] ?? cursor
    }
    if (body === '' || body.includes(NO_EVENTS)) tally.seen.empty += 1
    isOpen()
    if (kind === 'long-poll' || body.includes(MORE)) ask()
    else askWhenDue()
  }

  socket.once('connect', kind === 'long-poll' ? ask : askWhenDue)
  socket.on('data', (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk])
    for (;;) {
      const end = unread.indexOf(HEAD_END)
      if (end < 0) return
      const head = unread.toString('latin1', 0, end)
      const bodyBytes = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
      const headBytes = end + HEAD_END.length
      if (unread.length < headBytes + bodyBytes) return
      const body = unread.toString('utf8', headBytes, headBytes + bodyBytes)
      unread = unread.subarray(headBytes + bodyBytes)
      answered(Number(head.slice(9, 12)), headBytes, body)
    }
  })
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
