import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../context.ts'
import { encode, snapshot } from '../follow.ts'
import { validator } from '../validate.ts'

const header = validator(schemas.ifNoneMatch)

/**
 * How many sites poll: the same address gives the whole window each time, and 304 while nothing has changed. What a
 * reader had already is sent again.
 */
export const snapshotPoll: MountTransport = (app, path, transport) => {
  app.get(path, { config: { transport } }, async (request, reply) => {
    const [, after = null] = header(request.headers)['if-none-match']?.match(/"(.+)"/) ?? []
    const batch = snapshot(request.room.log, request.visit, after)
    const answer = batch && encode(batch)
    request.exchange.answers(answer)
    reply.header('etag', `"${answer?.cursor ?? after}"`)
    return answer ? reply.type('application/json').send(answer.json) : reply.code(304).send()
  })
}
