import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../http/app-types.ts'
import { startCursor } from './read-cursor.ts'
import { streamOpener, type StreamFormat } from './stream.ts'

/** ms after which a browser's EventSource reconnects, with the last id as `Last-Event-ID`. */
const RETRY_MS = 2000

/** Server-Sent Events: one event per batch, with the cursor as its id; a comment as heartbeat. */
export const sse: MountTransport = (app, path, transport, config) => {
  const format: StreamFormat = {
    contentType: 'text/event-stream',
    opening: `retry: ${RETRY_MS}\n\n`,
    batch: ({ cursor, json }) => `id: ${cursor}\ndata: ${json}\n\n`,
    heartbeat: ':\n\n',
    problem: (problem) => `event: problem\ndata: ${JSON.stringify(problem)}\n\n`,
  }
  const stream = streamOpener(format, config)
  app.get(path, { schema: { querystring: schemas.read }, config: { transport } }, (request, reply) => {
    stream(request, reply, startCursor(request))
  })
}
