/** The errors that rooms and stores share: a client gets the same text, wherever members are kept. */
import type { LeftReason } from '../../protocol.ts'
import { DomainError } from './domain-error.ts'

/** A room or a server is full until a member leaves; a lease lasts longer than this. */
const RETRY_WHEN_FULL_MS = 30_000
const RETRY_STORE_MS = 1000

export const full = (detail: string, limit: number): DomainError =>
  new DomainError('full', detail, { limit, retryAfterMs: RETRY_WHEN_FULL_MS })

export const roomFull = (limit: number): DomainError => full(`this room holds ${limit} members`, limit)

export const nameTaken = (name: string): DomainError =>
  new DomainError('name-taken', `the name ${name} is taken here`, { field: 'name' })

export const renamesUsed = (limit: number): DomainError =>
  new DomainError('renames-used', `a name can be changed ${limit === 1 ? 'once' : `${limit} times`}`, { limit })

/** @param reason undefined when this server does not know it */
export const memberEnded = (reason?: LeftReason): DomainError =>
  reason === 'lease'
    ? new DomainError('member-ended', 'this member was silent for longer than its lease: join again', { reason })
    : new DomainError('member-ended', 'this member has left the room: join again')

export const unknownToken = (): DomainError =>
  new DomainError('unknown-token', 'this token is not known here: join to get one')

/** The store does not answer, or has lost what this server has read: the same request may succeed soon. */
export const storeAway = (detail: string): DomainError =>
  new DomainError('store-away', detail, { retryAfterMs: RETRY_STORE_MS })

export const roomRestarting = (): DomainError => storeAway('the room is being restored: try again')
