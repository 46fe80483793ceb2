import { hash, randomBytes } from 'node:crypto'

/** Of an event that is nobody's draft. */
export const newId = (): string => randomBytes(12).toString('hex')

export const newMemberId = (): string => randomBytes(9).toString('base64url')

export const newToken = (): string => randomBytes(16).toString('base64url')

/** Tokens are kept as digests: who reads this process's memory or a store cannot speak as somebody. */
export const digest = (token: string): string => hash('sha256', token, 'base64url')
