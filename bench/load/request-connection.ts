import type { DeliveryRecord } from './delivery-record.ts'
import { bodyOf, readResponse } from './http1-reader.ts'
import { openConnection, type SubscriberConnection } from './subscriber.ts'
import { readUnused } from './unread-bytes.ts'

export interface Answer {
  status: number
  body: string
}

export interface RequestConnection extends SubscriberConnection {
  /** @param head as `requestHead` makes it, with the length of the body in it */
  request(head: string, body?: string): void
}

/** A raw connection for one request after another, which counts its bytes. Every response states its length. */
export function openRequestConnection(
  port: number,
  record: DeliveryRecord,
  onAnswer: (answer: Answer) => void,
): RequestConnection {
  const connection = openConnection(port, record)
  readUnused(connection.socket, (bytes) => {
    for (let at = 0; ;) {
      const response = at < bytes.length ? readResponse(bytes, at) : null
      if (!response) return at
      const { status, headFrom, bodyFrom, bodyTo } = response
      at = bodyTo
      record.counts.responses += 1
      record.counts.headersDown += bodyFrom - headFrom
      record.counts.bodyDown += bodyTo - bodyFrom
      onAnswer({ status, body: bodyOf(response) })
    }
  })
  return {
    ...connection,
    request(head, body = '') {
      record.counts.requests += 1
      record.counts.headersUp += head.length
      record.counts.bodyUp += body.length
      connection.socket.write(head + body)
    },
  }
}
