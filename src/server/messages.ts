import { schemas } from '../protocol.ts'
import { seatOf, type App } from './context.ts'

/** The upstream of every transport that has none of its own. */
export function mountMessages(app: App): void {
  app.post('/messages', { schema: { body: schemas.draft } }, async (request, reply) => {
    request.exchange.says(request.body)
    const { ack, isNew } = await request.room.say(seatOf(request), request.body)
    request.exchange.acknowledges(ack.id)
    return reply.code(isNew ? 201 : 200).send(ack)
  })
}
