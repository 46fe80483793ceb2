import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { asBatch, post } from './http.ts'
import { streamText } from './stream.ts'
import type { OpenTransport } from './transport.ts'

/** Server-Sent Events, by `fetch`: a browser's EventSource sends no token. */
export const sse: OpenTransport = (context) => ({
  async *receive(cursor, signal, onOpen) {
    const messages: EventSourceMessage[] = []
    const parser = createParser({ onEvent: (message) => messages.push(message) })
    for await (const text of streamText(context, 'sse', cursor, signal, onOpen)) {
      parser.feed(text)
      for (const { data } of messages.splice(0)) yield asBatch(JSON.parse(data))
    }
  },
  send: (draft, signal) => post(context, draft, signal),
})
