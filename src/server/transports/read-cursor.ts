import type { FastifyRequest } from 'fastify'
import { schemas, type Cursor } from '../../protocol.ts'
import { validator } from '../errors/validate.ts'

const read = validator(schemas.read)

/**
 * The cursor at which a read starts; null for a new reader. `Last-Event-ID` takes precedence over the address: an EventSource
 * reconnects to the same address with its last id. A page that reads over a link also keeps its address, since a browser
 * sends a preflight for each new address.
 */
export function startCursor({ headers, query }: FastifyRequest & { query: { after?: Cursor } }): Cursor | null {
  const last = headers['last-event-id']
  return (last === undefined ? query.after : read({ after: last }).after) ?? null
}
