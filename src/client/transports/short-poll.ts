import { poll, post } from './http.ts'
import { atIntervals } from './intervals.ts'
import type { OpenTransport } from './transport.ts'

/** Polls at intervals; the server answers at once. */
export const shortPoll: OpenTransport = (context) => ({
  receive: (cursor, signal, onOpen) =>
    atIntervals(context.tuning, cursor, signal, async (after) => {
      const batch = await poll(context, 'short-poll', after, undefined, signal)
      onOpen()
      return batch
    }),
  send: (draft, signal) => post(context, draft, signal),
})
