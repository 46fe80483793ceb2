import { poll, post } from '../http.ts'
import { sleep } from '../time.ts'
import type { TransportTraits } from '../transport.ts'

/** Asks, takes what there is, asks again when the interval is over. */
export const shortPoll: TransportTraits = {
  carrier: 'HTTP',
  mode: 'interval',
  open: (context) => ({
    async *receive(cursor, signal, onOpen) {
      for (;;) {
        const askedAt = performance.now()
        const batch = await poll(context, 'short-poll', cursor, undefined, signal)
        onOpen()
        if (batch) {
          cursor = batch.cursor
          yield batch
        }
        // The interval runs from question to question, as in the model: a slow answer does not stretch it.
        if (!batch?.more) await sleep(askedAt + context.knobs.intervalMs - performance.now(), signal)
      }
    },
    send: (draft, signal) => post(context, draft, signal),
  }),
}
