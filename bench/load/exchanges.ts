import { dial, type Dialled } from './subscriber.ts'
import type { DeliveryRecord } from './delivery-record.ts'

const HEAD_END = Buffer.from('\r\n\r\n')

export interface Answer {
  status: number
  body: string
}

export interface Exchanges extends Dialled {
  /** @param head as `requestHead` makes it, with the length of the body in it */
  ask(head: string, body?: string): void
}

/** A raw connection for one request after the other, which counts what crosses it. Answers say how long they are. */
export function dialHttp(port: number, tally: DeliveryRecord, onAnswer: (answer: Answer) => void): Exchanges {
  const dialled = dial(port, tally)
  let unread: Buffer = Buffer.alloc(0)
  dialled.socket.on('data', (chunk: Buffer) => {
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
      tally.seen.responses += 1
      tally.seen.headersDown += headBytes
      tally.seen.bodyDown += bodyBytes
      onAnswer({ status: Number(head.slice(9, 12)), body })
    }
  })
  return {
    ...dialled,
    ask(head, body = '') {
      tally.seen.requests += 1
      tally.seen.headersUp += head.length
      tally.seen.bodyUp += body.length
      dialled.socket.write(head + body)
    },
  }
}
