import { LIMITS, schemas, type Member, type Present } from '../../protocol.ts'
import type { Config } from '../config/settings.ts'
import type { Rooms } from '../room/rooms.ts'
import { requireMembership, type App } from '../http/app-types.ts'

/**
 * A roster of several pages is read in the order of ids: it is the same at every server, and holds while members come and leave.
 * A roster of one page is in the order of joining.
 */
function membersAfter(roster: readonly Member[], after: string | undefined, limit: number): readonly Member[] {
  if (after === undefined && roster.length <= limit) return roster
  const rest = after === undefined ? roster : roster.filter(({ id }) => id > after)
  return rest.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** Joining, the roster, renewing the lease, renaming, leaving. */
export function mountMembers(app: App, rooms: Rooms, { lease, heartbeat }: Config): void {
  app.post('/members', {
    schema: { body: schemas.join },
    // `curl -X POST` without a body joins with an invented name.
    preValidation: async (request) => void (request.body = (request.body as object | null) ?? {}),
    handler: async (request, reply) => {
      const { context, body, headers } = request
      app.limits.admitJoin(context)
      const { name } = context.room
      if (!rooms.find(name)) app.limits.admitRoom(context)
      const { quiet, bot, token } = body
      const flags = { ...(quiet ? { quiet } : {}), ...(bot ? { bot } : {}) }
      const joined = await rooms.get(name).join(body.name, headers['accept-language'], flags, token)
      return reply.code(201).send({ ...joined, heartbeatMs: heartbeat })
    },
  })

  app.get('/members', { schema: { querystring: schemas.rosterPage } }, async (request, reply) => {
    const { after, limit = String(LIMITS.rosterPage) } = request.query
    const rest = membersAfter(await request.context.room.readRoster(), after, Number(limit))
    const page = rest.slice(0, Number(limit))
    const last = page.at(-1)
    if (last && page.length < rest.length) reply.header('link', `<?after=${last.id}&limit=${limit}>; rel="next"`)
    return page
  })

  // Renews the lease of a member that reads without a token.
  app.get(
    '/members/me',
    async (request) => ({ ...requireMembership(request.context.reader).member, leaseMs: lease }) satisfies Present,
  )

  app.patch('/members/me', { schema: { body: schemas.rename } }, async (request) =>
    request.context.room.rename(requireMembership(request.context.reader), request.body.name),
  )

  app.delete('/members/me', { schema: { querystring: schemas.leave } }, async (request, reply) => {
    const graceMs = Number(request.query.graceMs ?? 0)
    if (graceMs > 0) await request.context.room.leaveLater(requireMembership(request.context.reader), graceMs)
    else await request.context.room.leave(requireMembership(request.context.reader))
    return reply.code(204).send()
  })
}
