import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../http/app-types.ts'
import { startCursor } from './read-cursor.ts'
import { streamOpener } from './stream.ts'

/** HTTP streaming (Comet): an answer without end, with one batch per line; an empty line as heartbeat. */
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
