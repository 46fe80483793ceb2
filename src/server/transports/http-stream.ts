import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../context.ts'
import { follow } from '../follow.ts'
import { lastWord, openStream } from '../stream.ts'

/** What was called Comet: one answer that does not end, with one batch a line; an empty line where nothing happens. */
export const httpStream: MountTransport = (app, path, transport, { beat }) => {
  app.get(path, { schema: { querystring: schemas.read }, config: { transport } }, async (request, reply) => {
    const line = openStream(request, reply, 'application/x-ndjson')
    await follow(request.room.log, request.visit, request.query.after ?? null, beat, (batch) =>
      line.send(batch ? `${batch.json}\n` : '\n', batch),
    )
    const problem = lastWord(request.visit)
    if (problem) await line.send(`${JSON.stringify(problem)}\n`, null, 'error')
    line.end()
  })
}
