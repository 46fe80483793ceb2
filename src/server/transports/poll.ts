import { schemas, type TransportName } from '../../protocol.ts'
import type { App } from '../context.ts'
import { encode, nextBatch } from '../follow.ts'
import { problems } from '../problem.ts'

/**
 * One batch per request. Polls differ in one thing only: for how long they wait for something to say.
 *
 * @param holdMs how long this request may be held, of the ms that it asked for, if it did
 */
export function mountPoll(
  app: App,
  path: string,
  transport: TransportName,
  holdMs: (askedMs?: number) => number,
): void {
  app.get(path, { schema: { querystring: schemas.read }, config: { transport } }, async (request, reply) => {
    const { after = null, holdMs: asked } = request.query
    const waitMs = holdMs(asked === undefined ? undefined : Number(asked))
    const batch = await nextBatch(request.room.log, request.visit, after, waitMs, () => request.exchange.parks())
    if (request.visit.seat?.isEnded) throw problems.memberEnded('this member has left the room: join again')
    const answer = batch && encode(batch)
    request.exchange.answers(answer)
    return answer ? reply.type('application/json').send(answer.json) : reply.code(204).send()
  })
}
