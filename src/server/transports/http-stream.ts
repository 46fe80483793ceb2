import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../http/app-types.ts'
import { startCursor } from './read-cursor.ts'
import { streamOpener } from './stream.ts'

/** What was called Comet: one answer that does not end, with one batch a line; an empty line where nothing happens. */
export const httpStream: MountTransport = (app, path, transport) => {
  const stream = streamOpener({
    contentType: 'application/x-ndjson',
    opening: '',
    batch: ({ json }) => `${json}\n`,
    heartbeat: '\n',
    problem: (problem) => `${JSON.stringify(problem)}\n`,
  })
  app.get(path, { schema: { querystring: schemas.read }, config: { transport } }, (request, reply) => {
    stream(request, reply, startCursor(request))
  })
}
