import { asBatch, post } from './http.ts'
import { streamText } from './stream.ts'
import type { OpenTransport } from './transport.ts'

/** One answer that does not end, with one batch per line of text. */
export const httpStream: OpenTransport = (context) => ({
  async *receive(cursor, signal, onOpen) {
    let rest = ''
    for await (const text of streamText(context, 'http-stream', cursor, signal, onOpen)) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      // An empty line is a heartbeat.
      for (const line of lines) if (line !== '') yield asBatch(JSON.parse(line))
    }
  },
  send: (draft, signal) => post(context, draft, signal),
})
