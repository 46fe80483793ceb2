import type { MountTransport } from '../http/app-types.ts'
import { readSnapshot } from '../log/subscription.ts'
import { cursorsOfTags, lastEventId } from './read-cursor.ts'

/**
 * Polling with ETag, as many sites do: the same address returns the whole window each time, and 304 without a change. Events
 * that the reader already has are sent again. Over a link the page sends its cursor as `Last-Event-ID` instead, since a browser
 * sends a preflight with each `If-None-Match`.
 */
export const snapshotPoll: MountTransport = (app, path, transport) => {
  app.get(path, { config: { transport } }, async (request, reply) => {
    const { room, reader, meter } = request.context
    const tags = cursorsOfTags(request.headers['if-none-match'])
    // With several tags, a current one decides. There is always a snapshot, so `*` matches the current one.
    const after =
      tags === '*' || tags.includes(room.log.head)
        ? room.log.head
        : (tags.at(-1) ?? lastEventId(request.headers) ?? null)
    const batch = await readSnapshot(room.log, reader, after)
    meter.countPollAnswer(batch)
    reply.header('etag', `"${batch?.cursor ?? after}"`)
    return batch ? reply.type('application/json').send(batch.json) : reply.code(304).send()
  })
}
