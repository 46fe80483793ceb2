import { hash, randomBytes } from 'node:crypto'

/** The id of an event that is not a message. */
export const newId = (): string => randomBytes(12).toString('hex')

export const newMemberId = (): string => randomBytes(9).toString('base64url')

export const newToken = (): string => randomBytes(16).toString('base64url')

/** Tokens are stored as digests: a copy of the store or of this process's memory gives no access. */
export const digest = (token: string): string => hash('sha256', token, 'base64url')
