import type { Problem } from '../../protocol.ts'
import { MAX_BODY_BYTES } from '../config/limits.ts'

/** An answer that says no, as RFC 9457 has it. Thrown anywhere, it becomes the same body on every transport. */
export class ProblemError extends Error {
  readonly problem: Problem
  /** What Fastify looks for on an error. */
  readonly statusCode: number
  /** Also a header, where the answer is HTTP. */
  readonly retryAfterS: number | undefined

  constructor(problem: Problem, retryAfterS?: number) {
    // A refusal is an answer and no fault: its stack is never read, and would cost more than the rest of the answer.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(problem.detail)
    Error.stackTraceLimit = stackTraceLimit
    this.problem = problem
    this.statusCode = problem.status
    this.retryAfterS = retryAfterS
  }
}

const problem =
  (type: string, title: string, status: number, retryAfterS?: number) =>
  (detail: string, about: Pick<Problem, 'field' | 'limit'> = {}) =>
    new ProblemError({ type, title, status, detail, ...about }, retryAfterS)

/** Every problem that this server has, each with its stable type. */
export const problems = {
  invalid: problem('invalid', 'Not valid', 400),
  unknownToken: problem('unknown-token', 'Unknown token', 401),
  foreignOrigin: problem('foreign-origin', 'Foreign origin', 403),
  notFound: problem('not-found', 'Not found', 404),
  unknownMember: problem('unknown-member', 'No such member', 404),
  nameTaken: problem('name-taken', 'Name taken', 409),
  renamesUsed: problem('renames-used', 'Renames used up', 409),
  idTaken: problem('id-taken', 'Draft id taken', 409),
  memberEnded: problem('member-ended', 'Member ended', 410),
  tooManyRequests: problem('too-many-requests', 'Too many requests', 429, 1),
  upgradeRequired: problem('upgrade-required', 'Upgrade required', 426),
  full: problem('full', 'Full', 503, 30),
  storeAway: problem('store-away', 'Store away', 503, 1),
  closing: problem('closing', 'Server closing', 503, 1),
}

/** What members are told, in the same words wherever they are kept. */
export const refusals = {
  roomFull: (limit: number) => problems.full(`this room holds ${limit} members`, { limit }),
  nameTaken: (name: string) => problems.nameTaken(`the name ${name} is taken here`, { field: 'name' }),
  renamesUsed: (limit: number) =>
    problems.renamesUsed(`a name can be changed ${limit === 1 ? 'once' : `${limit} times`}`, { limit }),
  beginsAnew: () => problems.storeAway('the room begins anew: try again'),
  hasLeft: () => problems.memberEnded('this member has left the room: join again'),
  unknownToken: () => problems.unknownToken('this token is not known here: join to get one'),
}

/** What may be said of an error. What is not ours to explain is logged, and answered as our own fault. */
export function toProblem(error: unknown, log: { error: (about: object, text: string) => void }): Problem {
  if (error instanceof ProblemError) return error.problem
  const { statusCode = 500, code, message } = error as { statusCode?: number; code?: string; message: string }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const detail = `body is larger than ${MAX_BODY_BYTES} bytes`
    return { type: 'refused', title: 'Refused', status: statusCode, detail, field: 'body', limit: MAX_BODY_BYTES }
  }
  // Fastify's own refusals: a body that is no JSON, too large, of another type.
  if (statusCode < 500) return { type: 'refused', title: 'Refused', status: statusCode, detail: message }
  log.error({ error }, 'a request failed')
  return { type: 'failed', title: 'Failed', status: 500, detail: 'something went wrong here: try again' }
}
