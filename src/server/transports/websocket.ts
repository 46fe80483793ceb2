import { schemas } from '../../protocol.ts'
import type { MountTransport } from '../context.ts'
import { seatOf } from '../context.ts'
import { follow } from '../follow.ts'
import { problems, toProblem } from '../problem.ts'
import { keepAlive, openLine, readFrame } from '../socket.ts'
import { validator } from '../validate.ts'

const frameUp = validator(schemas.frameUp)

/** Batches down as they come, drafts up and their acknowledgements down, all on one connection. */
export const webSocket: MountTransport = (app, path, transport, { beat }) => {
  app.route({
    method: 'GET',
    url: path,
    schema: { querystring: schemas.read },
    config: { transport },
    handler: () => Promise.reject(problems.upgradeRequired('this is a WebSocket: ask for it with Upgrade: websocket')),
    wsHandler: (socket, request) => {
      const line = openLine(socket, request)
      if (!line) return
      keepAlive(socket, line, beat)
      const { room, visit } = request

      line.onText(async (text, received) => {
        let id: string | undefined
        try {
          const frame = readFrame(text)
          id = draftId(frame)
          const { draft } = frameUp(frame)
          received.says(draft)
          const { ack } = await room.say(seatOf(request), draft)
          await line.send({ type: 'ack', ack })
        } catch (error) {
          await line.send({ type: 'error', error: toProblem(error, request.log), ...(id === undefined ? {} : { id }) })
        }
      })

      void follow(room.log, visit, request.query.after ?? null, beat, async (batch) => {
        if (batch) await line.send(`{"type":"batch","batch":${batch.json}}`, { kind: 'batch', batch })
      }).then(() => line.finish())
    },
  })
}

/** So that a refusal can name the draft that it is about. */
const draftId = (frame: unknown): string | undefined => {
  const id = (frame as { draft?: { id?: unknown } } | null)?.draft?.id
  return typeof id === 'string' ? id : undefined
}
