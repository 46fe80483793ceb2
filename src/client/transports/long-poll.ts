import { poll, post } from './http.ts'
import type { OpenTransport } from './transport.ts'

/** Polls; the server answers when there are events. */
export const longPoll: OpenTransport = (context) => ({
  async *receive(cursor, signal, onOpen) {
    // The first poll is not held: its answer shows that the connection works, as a socket's `open` does.
    for (let holdMs = 0; ; holdMs = context.tuning.holdMs) {
      const batch = await poll(context, 'long-poll', cursor, holdMs, signal)
      onOpen()
      if (batch) {
        cursor = batch.cursor
        yield batch
      }
    }
  },
  send: (draft, signal) => post(context, draft, signal),
})
