import { poll, post } from './http.ts'
import type { OpenTransport } from './transport.ts'

/** Asks, and the server answers when there is something to say. */
export const longPoll: OpenTransport = (context) => ({
  async *receive(cursor, signal, onOpen) {
    // The first question is not held: its answer is the proof that the line is good, as a socket's `open` is.
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
