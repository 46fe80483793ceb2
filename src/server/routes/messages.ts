import { schemas } from '../../protocol.ts'
import { requireMembership, type App } from '../http/app-types.ts'

/** The upstream of every transport that only reads. */
export function mountMessages(app: App): void {
  app.post('/messages', { schema: { body: schemas.draft } }, async (request, reply) => {
    request.context.meter.countDraft(request.body)
    const membership = requireMembership(request.context.reader)
    app.limits.admitPost(request.context, membership)
    const { ack, isNew } = await request.context.room.post(membership, request.body)
    request.context.meter.addAcknowledgement(ack.id)
    return reply.code(isNew ? 201 : 200).send(ack)
  })
}
