import { poll, post } from './http.ts'
import { sleep } from './time.ts'
import type { OpenTransport } from './transport.ts'

/** ms. An answer without events that comes sooner was not held: the server holds nothing, or a proxy answers. */
const NOT_HELD_MS = 50

/** Polls; the server answers when there are events. */
export const longPoll: OpenTransport = (context) => ({
  async *receive(cursor, signal, onOpen) {
    // The first poll is not held: its answer shows that the connection works, as a socket's `open` does.
    for (let holdMs = 0; ; holdMs = context.tuning.holdMs) {
      const askedAt = performance.now()
      const batch = await poll(context, 'long-poll', cursor, holdMs, signal)
      onOpen()
      if (batch) {
        cursor = batch.cursor
        yield batch
      } else if (holdMs > 0 && performance.now() - askedAt < NOT_HELD_MS) {
        // Without a pause, requests would follow each other as fast as the network answers.
        await sleep(NOT_HELD_MS, signal)
      }
    }
  },
  send: (draft, signal) => post(context, draft, signal),
})
