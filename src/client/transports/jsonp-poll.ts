import { asBatch, ANSWER_TIMEOUT_MS, post } from './http.ts'
import { atIntervals } from './intervals.ts'
import { deadline } from './time.ts'
import { ConnectionError, type OpenTransport } from './transport.ts'

let scripts = 0

/** Polls at intervals by a script that calls back. A script has no headers and so no token: it reads as a spectator. */
export const jsonpPoll: OpenTransport = (context) => ({
  receive: (cursor, signal, onOpen) =>
    atIntervals(context.tuning, cursor, signal, async (after) => {
      const { net, room, memberId } = context
      const callback = `onRoom${++scripts}`
      const query = new URLSearchParams({ callback })
      if (after !== null) query.set('after', after)
      if (memberId !== undefined) query.set('for', memberId)
      const limit = deadline(signal, ANSWER_TIMEOUT_MS, new ConnectionError(`no answer within ${ANSWER_TIMEOUT_MS} ms`))
      const answer = await net
        .loadScript(`${net.base}/rooms/${room}/jsonp-poll?${query}`, callback, limit.signal)
        .finally(limit.release)
      onOpen()
      return answer === null ? null : asBatch(answer)
    }),
  send: (draft, signal) => post(context, draft, signal),
})
