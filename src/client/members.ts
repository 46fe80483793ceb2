import { LIMITS, type Joined, type Member, type Present } from '../protocol.ts'
import { randomHex } from './random.ts'
import { call } from './transports/http.ts'
import { ConnectionError, type Net } from './transports/transport.ts'

export interface JoinOptions {
  /** Without one, the server invents a name. */
  name?: string | undefined
  /** BCP 47; the language of an invented name. */
  language?: string | undefined
  /** The member looks on: clients need not show it. */
  quiet?: boolean | undefined
  /** A program writes the texts of the member. */
  bot?: boolean | undefined
  /** From `newToken`: a join whose answer was lost can be repeated with it, and returns the same member. */
  token?: string | undefined
}

/** A token of 128 random bits. */
export const newToken = (): string => randomHex(16)

/** A captive portal may answer any request with 200 or 204. */
const foreignAnswer = (what: string): ConnectionError =>
  new ConnectionError(`the answer is not a ${what}: is a proxy in between?`)

/**
 * Throws ProblemError: 400 for an invalid name, 409 for a name that is taken, 410 for the token of a member that left, 503 when
 * the room is full.
 */
export async function join(net: Net, room: string, options: JoinOptions = {}): Promise<Joined> {
  const { language, name, quiet, bot, token } = options
  const headers = language === undefined ? {} : { 'accept-language': language }
  const body = { name, ...(quiet ? { quiet } : {}), ...(bot ? { bot } : {}), token }
  const answer = await call(net, { method: 'POST', path: `/rooms/${room}/members`, body, headers })
  const joined = answer as Partial<Joined> | null
  if (typeof joined?.token !== 'string' || typeof joined.cursor !== 'string' || !joined.member || !joined.roster)
    throw foreignAnswer('membership')
  return joined as Joined
}

/** Renews the member's lease. Throws ProblemError: 401, and 410 for a member that left. */
export async function renewLease(net: Net, room: string, token: string, signal?: AbortSignal): Promise<Present> {
  const present = (await call(net, { path: `/rooms/${room}/members/me`, token }, signal)) as Partial<Present> | null
  if (typeof present?.leaseMs !== 'number') throw foreignAnswer('lease')
  return present as Present
}

/** Throws ProblemError: 409 when the name is taken or the renames are used up. */
export async function rename(net: Net, room: string, token: string | null, name: string): Promise<Member> {
  const path = `/rooms/${room}/members/me`
  const renamed = (await call(net, { method: 'PATCH', path, token, body: { name } })) as Partial<Member> | null
  if (typeof renamed?.id !== 'string') throw foreignAnswer('member')
  return renamed as Member
}

/**
 * Leaves at once, or after `graceMs` unless the member sends a request before: a page cannot tell whether it is closed or
 * reloaded.
 */
export async function leave(net: Net, room: string, token: string, graceMs = 0): Promise<void> {
  const path = `/rooms/${room}/members/me${graceMs > 0 ? `?graceMs=${graceMs}` : ''}`
  await call(net, { method: 'DELETE', path, token, keepalive: true })
}

/** All members of the room, page by page. */
export async function readRoster(net: Net, room: string): Promise<Member[]> {
  const members: Member[] = []
  for (let query = ''; ;) {
    const page = (await call(net, { path: `/rooms/${room}/members${query}` })) as Member[]
    members.push(...page)
    const last = page.at(-1)
    if (!last || page.length < LIMITS.rosterPage) return members
    query = `?after=${encodeURIComponent(last.id)}`
  }
}
