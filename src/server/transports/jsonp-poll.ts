import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../context.ts'
import { encode, nextBatch } from '../follow.ts'
import { problems } from '../problem.ts'

/**
 * The historical one: a script that calls a function of the page with the batch, from before a page could ask another
 * server. There is no header to put a token into, so its reader is a spectator; and any page of any site may load it.
 */
export const jsonpPoll: MountTransport = (app, path, transport, { jsonp }) => {
  if (!jsonp) return
  app.get(path, { schema: { querystring: schemas.jsonp }, config: { transport } }, async (request, reply) => {
    const { after = null, callback, for: memberId } = request.query
    const { room, visit, exchange } = request
    // The comment first: so that the answer's first bytes are not the caller's to choose.
    const call = (json: string) => `/**/${callback}(${json});`
    reply.header('x-content-type-options', 'nosniff').type('text/javascript; charset=utf-8')

    const seat = memberId === undefined ? null : await room.memberSeat(memberId)
    if (seat && !visit.seat) exchange.charge(app.accountOf(seat), transport, 0)
    // A page sees no status of a script: what is wrong is said in the batch's place.
    if (!seat && memberId !== undefined)
      return call(JSON.stringify(problems.memberEnded('this member has left').problem))

    const batch = await nextBatch(room.log, { memberId: null, signal: visit.signal }, after, 0)
    const answer = batch && encode(batch)
    exchange.answers(answer)
    return call(answer ? asScript(answer.json) : 'null')
  })
}

/** JSON that is JavaScript too: until 2019 these two ended a line there. */
const asScript = (json: string): string => json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
