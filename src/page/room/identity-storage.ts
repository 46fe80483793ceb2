import { TRANSPORTS, type Draft, type Member, type TransportName } from '../../protocol.ts'
import { readItem, saveItem } from '../browser/storage.ts'

/**
 * Who this tab is in a room, and what it has not brought home yet. In sessionStorage: a reload stays the same member, and
 * another tab is somebody else.
 */
export interface Identity {
  /** Whom the token stands for; without a token, who this tab was when it was here before. */
  member: Member | null
  token: string | null
  /** Ids of all members that this tab has been here: what they said is one's own. The last few. */
  ownIds: readonly string[]
  /** ms since the epoch, this machine's clock. */
  joinedAt: number
  transport: TransportName
  /** Drafts that are not acknowledged, with their ids, so that none is said twice. */
  drafts: readonly Draft[]
  /** What stands in the composer. */
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

/** For whoever comes next, in any tab and any room. */
export const rememberTransport = (transport: TransportName): void => saveItem('transport', transport)

/** The one chosen last, anywhere; to begin with the first, which is where the lesson begins. */
function lastTransport(): TransportName {
  const last = readItem('transport')
  return TRANSPORTS.find((name) => name === last) ?? TRANSPORTS[0]
}

/** For how long the page before a reload may take to let go. */
const LOCK_TIMEOUT_MS = 400

/**
 * Makes this page the only one that speaks for a member, for as long as it lives. A browser copies sessionStorage when a
 * tab is duplicated: without this, two tabs would be one person.
 *
 * @returns false when another tab does so already
 */
export function claimMember(member: Member): Promise<boolean> {
  // Over plain HTTP from another machine a browser has no locks.
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
