import type { FastifyRequest } from 'fastify'
import { schemas, type Cursor } from '../../protocol.ts'
import { validator } from '../errors/validate.ts'

const read = validator(schemas.read)

/**
 * Where a read begins; null for a new reader. `Last-Event-ID` counts before the address: an EventSource comes back to the
 * same address with the id that it saw last, and a page that reads over a link keeps its address the same, since a browser
 * makes a preflight for each new one.
 */
export function startCursor({ headers, query }: FastifyRequest & { query: { after?: Cursor } }): Cursor | null {
  const last = headers['last-event-id']
  return (last === undefined ? query.after : read({ after: last }).after) ?? null
}
