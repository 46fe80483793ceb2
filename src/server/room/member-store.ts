import type { Cursor, LeftReason, Member, RosterMember, TransportName } from '../../protocol.ts'
import type { MemberTransports } from './member-transports.ts'
import type { Membership } from './membership.ts'

export interface MemberOptions {
  /** ms after which a silent member has left. */
  leaseMs: number
  /** Number of times that a member may change its name. */
  renames: number
  maxMembers: number
}

export interface AddedMember {
  membership: Membership
  /** The position after the member's own `joined`, and the members at that position, at most `LIMITS.joinedRoster`. */
  cursor: Cursor
  roster: RosterMember[]
}

/**
 * The members of a room: names, tokens, leases. Every change is also an event in the room's log, and both always agree. However
 * many servers share the store, a name has one holder, and a membership ends once.
 */
export interface MemberStore {
  /** All members, as far as this server has read the log. */
  readonly roster: RosterMember[]
  /** Their number. */
  readonly size: number
  /** By which transport each member reads, as far as this server knows. */
  readonly transports: MemberTransports
  /** All members now. While the store is away, the members that this server knows. */
  readRoster(): Promise<RosterMember[]>
  hasName(name: string): boolean
  findMember(id: string): Promise<Member | null>
  /**
   * Adds a member, unless a member has this token already: then returns that one. So a join can be repeated.
   *
   * @throws DomainError `name-taken`, `full`, `member-ended` for the token of a former member
   */
  addMember(member: Member, tokenDigest: string): Promise<AddedMember>
  /** @throws DomainError `unknown-token`, `member-ended` */
  membershipByToken(tokenDigest: string): Membership | Promise<Membership>
  /** An id is no proof that a request comes from the member. */
  membershipById(id: string): Membership | null | Promise<Membership | null>
  /** @throws DomainError `name-taken`, `renames-used`, `member-ended` */
  rename(membership: Membership, name: string): Promise<Member>
  /** The member reads by this transport from now on. The servers that share the store learn of it within seconds. */
  markReading(membership: Membership, transport: TransportName): void
  /**
   * Appends one `left`, after which every server closes the member's connections. Returns the seq of `left`.
   *
   * @throws DomainError `member-ended` if it has left before
   */
  endMembership(membership: Membership, reason: LeftReason): Promise<number>
  /** Ends the membership after `graceMs`, unless a server hears from the member before, or has a connection of it then. */
  endMembershipLater(membership: Membership, graceMs: number): Promise<void>
  /** Stops all timers. No membership ends by that. */
  close(): void
}
