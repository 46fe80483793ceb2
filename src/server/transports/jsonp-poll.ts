import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../http/app-types.ts'
import type { EncodedBatch } from '../log/encoded-batch.ts'
import { DomainError } from '../errors/domain-error.ts'
import { problemOf } from '../http/problems.ts'
import { readNext } from '../log/subscription.ts'

/**
 * JSONP, used before CORS: a script that calls a function of the page with the batch. A script request has no header for a
 * token, so the reader is anonymous, and a page of any site may load the script.
 */
export const jsonpPoll: MountTransport = (app, path, transport, { jsonp }) => {
  if (!jsonp) return
  app.get(path, { schema: { querystring: schemas.jsonp }, config: { transport } }, async (request, reply) => {
    const { after = null, callback, for: memberId } = request.query
    const { context } = request
    // The comment comes first, so that the caller cannot choose the first bytes of the answer.
    const call = (json: string) => `/**/${callback}(${json});`
    reply.header('x-content-type-options', 'nosniff').type('text/javascript; charset=utf-8')

    const membership = memberId === undefined ? null : await context.room.membershipById(memberId)
    if (membership && !context.reader.membership) {
      context.startMeter(app.usageOf(membership), transport)
      context.room.markReading(membership, transport)
    }
    // A page cannot read the status of a script: the problem replaces the batch.
    if (!membership && memberId !== undefined)
      return call(JSON.stringify(problemOf(new DomainError('member-ended', 'this member has left'))))

    const anonymous = { memberId: null, isOver: context.reader.isOver, endListener: null }
    const batch = await new Promise<EncodedBatch | null>((answer) => {
      readNext(context.room.log, anonymous, after, 0, { answer, startHold: () => undefined })
    })
    context.meter.countPollAnswer(batch)
    return call(batch ? escapeLineTerminators(batch.json) : 'null')
  })
}

/** Makes JSON valid JavaScript: before ES2019, these two characters ended a line in JavaScript. */
const escapeLineTerminators = (json: string): string =>
  json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
