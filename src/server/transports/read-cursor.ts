import type { FastifyRequest } from 'fastify'
import { CURSOR_PATTERN, type Cursor } from '../../protocol.ts'

const FORM = new RegExp(CURSOR_PATTERN)
const isCursor = (text: string): boolean => FORM.test(text)

/**
 * The cursor at which a read starts; null for a new reader. `Last-Event-ID` takes precedence over the address: an EventSource
 * reconnects to the same address with its last id. A page that reads over a link also keeps its address, since a browser
 * sends a preflight for each new address.
 *
 * An id that is no cursor is ignored: a browser or a polyfill may send the last id of another server. A polyfill of EventSource
 * sends the last id as a parameter, so that a browser sends no preflight.
 */
export const startCursor = ({
  headers,
  query,
}: FastifyRequest & { query: { after?: Cursor; lastEventId?: unknown } }): Cursor | null =>
  lastEventId(headers) ?? cursorOf(query.lastEventId) ?? query.after ?? null

/** The cursor in `Last-Event-ID`, if there is one. */
export function lastEventId({ 'last-event-id': last }: FastifyRequest['headers']): Cursor | undefined {
  return cursorOf(last)
}

const cursorOf = (id: unknown): Cursor | undefined => (typeof id === 'string' && isCursor(id) ? id : undefined)

/**
 * The cursors among the entity tags of an `If-None-Match` header; '*' for any. Tags that are no cursors match nothing, as
 * RFC 9110, 13.1.2 has it. A proxy that compresses makes tags weak; the comparison is the weak one.
 */
export function cursorsOfTags(header: string | undefined): Cursor[] | '*' {
  if (header === undefined) return []
  if (header.trim() === '*') return '*'
  return [...header.matchAll(/"([^"]*)"/g)].flatMap(([, tag = '']) => (isCursor(tag) ? [tag] : []))
}
