import { asBatch, call, post } from './http.ts'
import { atIntervals } from './intervals.ts'
import type { OpenTransport } from './transport.ts'

/** Polls at intervals for all retained events; the answer is 304 when nothing has changed. */
export const snapshotPoll: OpenTransport = (context) => ({
  receive: (cursor, signal, onOpen) =>
    atIntervals(context.tuning, cursor, signal, async (after) => {
      const { net, room, token } = context
      const headers: Record<string, string> = after === null ? {} : { 'if-none-match': `"${after}"` }
      const answer = await call(net, { path: `/rooms/${room}/snapshot-poll`, token, headers }, signal)
      onOpen()
      if (answer === null) return null
      const { known = 0, ...batch } = asBatch(answer)
      return { ...batch, events: batch.events.slice(known) }
    }),
  send: (draft, signal) => post(context, draft, signal),
})
