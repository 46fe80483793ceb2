import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../http/app-types.ts'
import { startCursor } from './read-cursor.ts'
import { streamOpener, type StreamFormat } from './stream.ts'

/** HTTP streaming (Comet): an answer without end, with one batch per line; an empty line as heartbeat. */
export const httpStream: MountTransport = (app, path, transport, config) => {
  const format: StreamFormat = {
    contentType: 'application/x-ndjson',
    opening: '',
    batch: ({ json }) => `${json}\n`,
    heartbeat: '\n',
    problem: (problem) => `${JSON.stringify(problem)}\n`,
  }
  const stream = streamOpener(format, config)
  app.get(path, { schema: { querystring: schemas.read }, config: { transport } }, (request, reply) => {
    stream(request, reply, startCursor(request))
  })
}
