/** Why the server refuses something. A code is stable, and is the `type` of the problem that a client gets. */
export type ErrorCode =
  | 'invalid'
  | 'unknown-token'
  | 'foreign-origin'
  | 'foreign-host'
  | 'not-found'
  | 'unknown-member'
  | 'name-taken'
  | 'renames-used'
  | 'id-taken'
  | 'member-ended'
  | 'too-many-requests'
  | 'upgrade-required'
  | 'full'
  | 'store-away'

export interface ErrorFacts {
  /** The field of the input that has to change. */
  field?: string
  /** The value or form that the field has to keep to. */
  limit?: string | number
  /** The same request may succeed after this time. */
  retryAfterMs?: number
  /** Of `member-ended`: the lease expired. */
  reason?: 'lease'
}

/** A refusal. Knows nothing of HTTP: http/problems.ts says which status, title and close code each code has. */
export class DomainError extends Error {
  readonly code: ErrorCode
  readonly facts: ErrorFacts

  /** @param detail what the client reads */
  constructor(code: ErrorCode, detail: string, facts: ErrorFacts = {}) {
    // The stack of a refusal is never read, and recording it would cost more than the rest of the answer.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(detail)
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.facts = facts
  }
}
