import type { Cursor, LeftReason, Member } from '../../protocol.ts'
import type { Appended, Entry } from '../log/log.ts'
import type { Membership } from './membership.ts'

export interface MemberOptions {
  /** ms for which a member that nothing is heard of stays. */
  leaseMs: number
  /** How often a member may change its name. */
  renames: number
  maxMembers: number
}

export interface Entered {
  membership: Membership
  /** The head behind the member's own `joined`, and who was there at that position. */
  cursor: Cursor
  roster: Member[]
}

/**
 * Who is in a room: names, tokens, leases. Every change of it is an event in the room's log too, and the two never
 * disagree. However many servers share it, a name has one holder and a stay has one end.
 */
export interface MemberStore {
  /** Everybody who is here, as far as this server has read the log. */
  readonly roster: Member[]
  /** The same, as it stands now; what this server has read where no more can be learnt. */
  readRoster(): Promise<Member[]>
  hasName(name: string): boolean
  /** A member by its id. */
  find(id: string): Promise<Member | null>
  /** @throws DomainError `name-taken`, `full` */
  enter(member: Member, tokenDigest: string): Promise<Entered>
  /** Who holds this token. @throws DomainError `unknown-token`, `member-ended` */
  membershipOf(tokenDigest: string): Membership | Promise<Membership>
  /** A member's place, by its id: no proof that it is the member who asks. */
  membershipById(id: string): Membership | null | Promise<Membership | null>
  /** Appends what a member says. @throws DomainError `member-ended` */
  say(membership: Membership, entry: Entry): Promise<Appended>
  /** @throws DomainError `name-taken`, `renames-used`, `member-ended` */
  rename(membership: Membership, name: string): Promise<Member>
  /**
   * Ends a member's stay: whoever is first appends the one `left`, and every server cuts its lines. Returns the seq of it.
   *
   * @throws DomainError `member-ended` if it has left before
   */
  end(membership: Membership, reason: LeftReason): Promise<number>
  /** Ends it after `graceMs`, unless it is heard of before, at any server, or a line of it is open then. */
  endSoon(membership: Membership, graceMs: number): Promise<void>
  /** Stops all clocks. Nobody leaves by that. */
  close(): void
}
