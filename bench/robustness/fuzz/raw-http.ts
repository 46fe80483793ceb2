import { connect } from 'node:net'

/** Longer than the server waits for a request that does not arrive. */
export const ANSWER_TIMEOUT_MS = 15_000

const HALF_CLOSE_AFTER_MS = 400

export type Answer = { status: number; text: string } | 'closed' | 'unanswered'

export interface ExchangeOptions {
  /** Whether enough was received. By default, enough is the head of the first answer. */
  until?: (received: string) => boolean
  /** The bytes may be an incomplete request. */
  isRaw?: boolean
}

/** Writes the bytes on a separate connection, and reads the answer, or several. */
export function exchange(
  port: number,
  bytes: Buffer,
  { until = hasHead, isRaw = false }: ExchangeOptions = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let received = ''
    const finish = (answer: Answer) => {
      clearTimeout(timer)
      // An orderly end would keep the port in use for a minute.
      socket.resetAndDestroy()
      resolve(answer)
    }
    const timer = setTimeout(() => finish('unanswered'), ANSWER_TIMEOUT_MS)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      if (until(received)) finish(answerOf(received))
    })
    socket.on('end', () => finish(answerOf(received)))
    socket.on('close', () => finish(answerOf(received)))
    socket.write(bytes)
    // An incomplete request ends at once by a half-close. A complete request is answered before.
    if (isRaw) setTimeout(() => socket.end(), HALF_CLOSE_AFTER_MS)
  })
}

function answerOf(received: string): Answer {
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(received) ?? []
  return status === undefined ? 'closed' : { status: Number(status), text: received }
}

const hasHead = (received: string): boolean => received.includes('\r\n\r\n')

/** The first answer is complete. */
export function isComplete(received: string): boolean {
  const end = received.indexOf('\r\n\r\n')
  const [, length] = /content-length: (\d+)/i.exec(received) ?? []
  return end >= 0 && length !== undefined && received.length >= end + 4 + Number(length)
}

/** Statuses of the answers in their order, as far as received. */
export const statusesOf = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3}) [A-Z]/g)].map(([, status]) => Number(status))

/** What follows is no answer in HTTP: a stream lasts as long as its reader, and a WebSocket has frames. */
const OPEN_ENDED = /HTTP\/1\.1 101 |\r\ntransfer-encoding: chunked/i

/** As many answers as requests, or one without an end, behind which all others wait. */
export const hasAnswers =
  (count: number) =>
  (received: string): boolean =>
    hasHead(received) && (statusesOf(received).length >= count || OPEN_ENDED.test(received))
