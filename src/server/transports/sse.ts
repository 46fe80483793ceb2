import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../context.ts'
import { follow } from '../follow.ts'
import { lastWord, openStream } from '../stream.ts'
import { validator } from '../validate.ts'

/** After which time a browser's own EventSource comes back, with the id that it saw last. */
const RETRY_MS = 2000

const header = validator(schemas.lastEventId)

/** Server-Sent Events: one batch an event, whose id is the cursor; a comment where nothing happens. */
export const sse: MountTransport = (app, path, transport, { beat }) => {
  app.get(path, { schema: { querystring: schemas.read }, config: { transport } }, async (request, reply) => {
    // A browser comes back to the same address: where it stands then is in the header, and the address is out of date.
    const after = header(request.headers)['last-event-id'] ?? request.query.after ?? null
    const line = openStream(request, reply, 'text/event-stream')
    await line.send(`retry: ${RETRY_MS}\n\n`, null, 'retry')
    await follow(request.room.log, request.visit, after, beat, (batch) =>
      line.send(batch ? `id: ${batch.cursor}\ndata: ${batch.json}\n\n` : ':\n\n', batch),
    )
    const problem = lastWord(request.visit)
    if (problem) await line.send(`event: problem\ndata: ${JSON.stringify(problem)}\n\n`, null, 'error')
    line.end()
  })
}
