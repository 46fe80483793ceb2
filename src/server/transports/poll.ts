import { schemas, type TransportName } from '../../protocol.ts'
import { GONE_AFTER_HEARTBEATS } from '../config/limits.ts'
import type { Config } from '../config/settings.ts'
import type { App } from '../http/app-types.ts'
import { PollAnswer } from './poll-answer.ts'
import { startCursor } from './read-cursor.ts'
import { readNext } from '../log/subscription.ts'

/**
 * One batch per request. Polls differ only in how long they wait for a batch.
 *
 * @param holdMs returns the ms for which the request may be held, given the ms that it asked for, if any
 */
export function mountPoll(
  app: App,
  path: string,
  transport: TransportName,
  { heartbeat, hold }: Config,
  holdMs: (askedMs?: number) => number,
): void {
  const idleAfterHoldMs = Math.max(GONE_AFTER_HEARTBEATS * heartbeat - hold, heartbeat)
  app.get(path, { schema: { querystring: schemas.read }, config: { transport } }, (request, reply) => {
    const { room, reader } = request.context
    const asked = request.query.holdMs
    const waitMs = holdMs(asked === undefined ? undefined : Number(asked))
    readNext(room.log, reader, startCursor(request), waitMs, new PollAnswer(request, reply, idleAfterHoldMs))
  })
}
