import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../http/app-types.ts'
import { requireMembership } from '../http/app-types.ts'
import { toProblem } from '../http/problems.ts'
import { upgradeRequired } from '../http/app-types.ts'
import { validator } from '../errors/validate.ts'
import { handleFrames, readFrame } from './incoming-frames.ts'
import { openWebSocket } from './websocket-connection.ts'

const frameUp = validator(schemas.frameUp)

/** Batches down, drafts up and acknowledgements down, all on one connection. */
export const webSocket: MountTransport = (app, path, transport) => {
  app.route({
    method: 'GET',
    url: path,
    schema: { querystring: schemas.read },
    config: { transport },
    handler: upgradeRequired,
    wsHandler: (socket, request) => {
      const connection = openWebSocket(socket, request)
      if (!connection) return
      const { context } = request
      const { room, reader } = context

      handleFrames(socket, connection.meter, app.limits.frameLimit(context), async (text, carrier) => {
        let id: string | undefined
        try {
          const frame = readFrame(text)
          id = draftIdOf(frame)
          const { draft } = frameUp(frame)
          carrier.countDraft(draft)
          const membership = requireMembership(reader)
          app.limits.admitPost(context, membership)
          const { ack } = await room.post(membership, draft)
          await connection.send({ type: 'ack', ack })
        } catch (error) {
          const problem = toProblem(error, app.log)
          await connection.send({ type: 'error', error: problem, ...(id === undefined ? {} : { id }) })
        }
      })

      connection.subscribe(request.query.after ?? null)
    },
  })
}

/** A refusal contains the id of the refused draft. */
const draftIdOf = (frame: unknown): string | undefined => {
  const id = (frame as { draft?: { id?: unknown } } | null)?.draft?.id
  return typeof id === 'string' ? id : undefined
}
