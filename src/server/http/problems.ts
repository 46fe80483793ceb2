import { CLOSE, type Problem } from '../../protocol.ts'
import { MAX_BODY_BYTES } from '../config/limits.ts'
import { DomainError, type ErrorCode } from '../errors/domain-error.ts'
import { notJson } from '../errors/not-json.ts'

interface ProblemKind {
  status: number
  title: string
  /** With what a WebSocket is closed: a browser shows a page close codes only. Errors that refuse a connection have one. */
  closeCode?: number
}

/** What HTTP and WebSocket say for each code. */
const KINDS: Record<ErrorCode, ProblemKind> = {
  invalid: { status: 400, title: 'Not valid' },
  'unknown-token': { status: 401, title: 'Unknown token', closeCode: CLOSE.badToken },
  'foreign-origin': { status: 403, title: 'Foreign origin' },
  'foreign-host': { status: 403, title: 'Foreign host' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-member': { status: 404, title: 'No such member' },
  'name-taken': { status: 409, title: 'Name taken' },
  'renames-used': { status: 409, title: 'Renames used up' },
  'id-taken': { status: 409, title: 'Draft id taken' },
  'member-ended': { status: 410, title: 'Member ended', closeCode: CLOSE.memberEnded },
  'too-many-requests': { status: 429, title: 'Too many requests', closeCode: 1008 },
  'upgrade-required': { status: 426, title: 'Upgrade required' },
  full: { status: 503, title: 'Full' },
  'store-away': { status: 503, title: 'Store away' },
}

/** Codes of Fastify for a body that its parser of JSON refuses. */
const NOT_JSON: readonly (string | undefined)[] = ['FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY']

/** The close code for an error that refuses a connection; undefined for other errors. */
export const closeCodeOf = ({ code, facts: { reason } }: DomainError): number | undefined =>
  reason === 'lease' ? CLOSE.leaseExpired : KINDS[code].closeCode

/** Seconds for a Retry-After header; undefined for an error that has none. */
export function retryAfterS(error: unknown): number | undefined {
  const ms = error instanceof DomainError ? error.facts.retryAfterMs : undefined
  return ms === undefined ? undefined : Math.ceil(ms / 1000)
}

/** The body of an answer that refuses, as RFC 9457 has it. It is the same on every transport. */
export function problemOf({ code, message, facts: { field, limit, retryAfterMs, reason } }: DomainError): Problem {
  const { status, title } = KINDS[code]
  return {
    type: code,
    title,
    status,
    detail: message,
    ...(field === undefined ? {} : { field }),
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** What a client may learn of an error. An error that is not a refusal is logged, and answered as a failure of the server. */
export function toProblem(error: unknown, log: { error: (about: object, text: string) => void }): Problem {
  if (error instanceof DomainError) return problemOf(error)
  const { statusCode = 500, code, message } = error as { statusCode?: number; code?: string; message: string }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const detail = `body is larger than ${MAX_BODY_BYTES} bytes`
    return { type: 'refused', title: 'Refused', status: statusCode, detail, field: 'body', limit: MAX_BODY_BYTES }
  }
  if (NOT_JSON.includes(code)) return problemOf(notJson('body'))
  // Fastify's own refusals: a body that has another type, or does not arrive.
  if (statusCode < 500) return { type: 'refused', title: 'Refused', status: statusCode, detail: message }
  log.error({ err: error }, 'a request failed')
  return { type: 'failed', title: 'Failed', status: 500, detail: 'something went wrong here: try again' }
}
