import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../http/app-types.ts'
import { readSnapshot } from '../log/subscription.ts'
import { validator } from '../errors/validate.ts'

const header = validator(schemas.ifNoneMatch)

/**
 * Polling with ETag, as many sites do: the same address returns the whole window each time, and 304 without a change. Events
 * that the reader already has are sent again.
 */
export const snapshotPoll: MountTransport = (app, path, transport) => {
  app.get(path, { config: { transport } }, async (request, reply) => {
    const { room, reader, meter } = request.context
    const [, after = null] = header(request.headers)['if-none-match']?.match(/"(.+)"/) ?? []
    const batch = await readSnapshot(room.log, reader, after)
    meter.countPollAnswer(batch)
    reply.header('etag', `"${batch?.cursor ?? after}"`)
    return batch ? reply.type('application/json').send(batch.json) : reply.code(304).send()
  })
}
