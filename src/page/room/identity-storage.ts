import { TRANSPORTS, type Draft, type Member, type TransportName } from '../../protocol.ts'
import { readItem, saveItem } from '../browser/storage.ts'

/**
 * The member that this tab is in a room, and its drafts that are not acknowledged. Stored in sessionStorage: a reload stays the
 * same member, and another tab is another member.
 */
export interface Identity {
  /** The member of the token; without a token, the member that this tab was last. */
  member: Member | null
  token: string | null
  /** ms from one heartbeat of the server to the next; undefined if it is not known. */
  heartbeatMs?: number | undefined
  /** Ids of the last few members that this tab was in this room: their messages are shown as own messages. */
  ownIds: readonly string[]
  /** ms since the epoch, this machine's clock. */
  joinedAt: number
  transport: TransportName
  /** Drafts that are not acknowledged, with their ids, so that none is stored twice. */
  drafts: readonly Draft[]
  /** The text in the composer. */
  text: string
}

const keyOf = (room: string): string => `room/${room}`

export function loadIdentity(room: string): Identity {
  const defaults = {
    member: null,
    token: null,
    ownIds: [],
    joinedAt: 0,
    transport: lastTransport(),
    drafts: [],
    text: '',
  }
  try {
    return { ...defaults, ...(JSON.parse(readItem(keyOf(room), 'sessionStorage') ?? '{}') as Partial<Identity>) }
  } catch {
    return defaults
  }
}

export function saveIdentity(room: string, identity: Identity): void {
  saveItem(keyOf(room), JSON.stringify(identity), 'sessionStorage')
}

/** For the next visit, in any tab and any room. */
export const rememberTransport = (transport: TransportName): void => saveItem('transport', transport)

/** The transport chosen last, in any tab; at first the first of the list, where the lesson begins. */
function lastTransport(): TransportName {
  const last = readItem('transport')
  return TRANSPORTS.find((name) => name === last) ?? TRANSPORTS[0]
}

/** How long the page before a reload may take to release its lock. */
const LOCK_TIMEOUT_MS = 400

/**
 * Makes this page the only one that acts for a member, as long as the page is open. A browser copies sessionStorage when a
 * tab is duplicated: without this lock, two tabs would be one member.
 *
 * @returns false when another tab has the lock
 */
export function claimMember(member: Member): Promise<boolean> {
  // A browser has no locks for a page served over plain HTTP from another machine.
  const locks = navigator.locks as LockManager | undefined
  if (!locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    locks
      .request(`member/${member.id}`, { signal: AbortSignal.timeout(LOCK_TIMEOUT_MS) }, () => {
        resolve(true)
        return new Promise(() => undefined)
      })
      .catch(() => resolve(false))
  })
}
