import { LIMITS, type LeftReason, type Member, type RosterMember, type TransportName } from '../../../protocol.ts'
import { wasEventLoopBlocked } from '../../log/clock.ts'
import { RevokedTokens } from '../../room/revoked-tokens.ts'
import { newId } from '../../room/ids.ts'
import type { Log } from '../../log/log.ts'
import type { AddedMember, MemberOptions, MemberStore } from '../../room/member-store.ts'
import { MemberTransports } from '../../room/member-transports.ts'
import { nameKey } from '../../../names.ts'
import { memberEnded, nameTaken, renamesUsed, roomFull, unknownToken } from '../../errors/store-errors.ts'
import { Membership } from '../../room/membership.ts'

interface MemberRecord {
  membership: Membership
  renamesLeft: number
}

/** Members in the memory of this process. Each change is made before the first await, so changes do not interleave. */
export class MemoryMembers implements MemberStore {
  readonly #log: Log
  readonly #options: MemberOptions
  readonly #records = new Map<string, MemberRecord>()
  readonly #byToken = new Map<string, Membership>()
  readonly #names = new Set<string>()
  readonly #revokedTokens = new RevokedTokens()
  readonly transports = new MemberTransports()
  /** Fires when the next lease ends. */
  #timer: NodeJS.Timeout | null = null

  constructor(log: Log, options: MemberOptions) {
    this.#log = log
    this.#options = options
  }

  get roster(): RosterMember[] {
    return [...this.#records.values()].map(({ membership }) => this.#rosterMember(membership))
  }

  get size(): number {
    return this.#records.size
  }

  readRoster(): Promise<RosterMember[]> {
    return Promise.resolve(this.roster)
  }

  hasName(name: string): boolean {
    return this.#names.has(nameKey(name))
  }

  findMember(id: string): Promise<Member | null> {
    return Promise.resolve(this.#records.get(id)?.membership.member ?? null)
  }

  async addMember(member: Member, tokenDigest: string): Promise<AddedMember> {
    const { maxMembers, renames } = this.#options
    const known = this.#byToken.get(tokenDigest)
    if (known) return this.#added(known)
    if (this.#revokedTokens.has(tokenDigest)) throw memberEnded(this.#revokedTokens.reasonOf(tokenDigest))
    if (this.#records.size >= maxMembers) throw roomFull(maxMembers)
    this.#reserveName(member.name)
    const membership = new Membership(member, tokenDigest)
    this.#records.set(member.id, { membership, renamesLeft: renames })
    this.#timer ??= this.#sweepIn(this.#options.leaseMs)
    this.#byToken.set(tokenDigest, membership)
    await this.#log.append({ type: 'joined', id: newId(), member })
    return this.#added(membership)
  }

  membershipByToken(tokenDigest: string): Membership {
    const membership = this.#byToken.get(tokenDigest)
    if (membership) return membership
    throw this.#revokedTokens.has(tokenDigest) ? memberEnded(this.#revokedTokens.reasonOf(tokenDigest)) : unknownToken()
  }

  membershipById(id: string): Membership | null {
    return this.#records.get(id)?.membership ?? null
  }

  async rename(membership: Membership, name: string): Promise<Member> {
    const record = this.recordOf(membership)
    const was = membership.member.name
    if (record.renamesLeft <= 0) throw renamesUsed(this.#options.renames)
    if (nameKey(name) !== nameKey(was)) this.#reserveName(name)
    if (nameKey(name) !== nameKey(was)) this.#names.delete(nameKey(was))
    record.renamesLeft -= 1
    membership.rename(name)
    await this.#log.append({ type: 'renamed', id: newId(), member: membership.member, was })
    return membership.member
  }

  markReading({ member: { id } }: Membership, transport: TransportName): void {
    if (this.#records.has(id)) this.transports.set(id, transport)
  }

  async endMembership(membership: Membership, reason: LeftReason): Promise<number> {
    const { member, tokenDigest } = membership
    this.recordOf(membership)
    this.#records.delete(member.id)
    this.transports.delete(member.id)
    this.#byToken.delete(tokenDigest)
    this.#names.delete(nameKey(member.name))
    this.#revokedTokens.add(tokenDigest, reason)
    const { event } = await this.#log.append({ type: 'left', id: newId(), member, reason })
    // In a later turn: the answer to the member's own request is sent before its connections are closed.
    setImmediate(() => membership.end(reason))
    return event.seq
  }

  endMembershipLater(membership: Membership, graceMs: number): Promise<void> {
    this.recordOf(membership)
    const { contacts } = membership
    setTimeout(() => {
      if (membership.contacts === contacts && !membership.isConnected) this.#endIfPresent(membership, 'asked')
    }, graceMs).unref()
    return Promise.resolve()
  }

  /** The record of a member that is here. @throws DomainError `member-ended` */
  recordOf(membership: Membership): MemberRecord {
    const record = this.#records.get(membership.member.id)
    if (!record) throw memberEnded(this.#revokedTokens.reasonOf(membership.tokenDigest))
    return record
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
  }

  #sweepIn(ms: number): NodeJS.Timeout {
    const dueAt = performance.now() + ms
    return setTimeout(() => this.#sweep(wasEventLoopBlocked(dueAt, this.#options.leaseMs)), ms).unref()
  }

  /** Ends the memberships whose lease is over, and waits for the next one. One timer serves all members. */
  #sweep(isLate: boolean): void {
    const { leaseMs } = this.#options
    const now = performance.now()
    let nextMs = leaseMs
    for (const { membership } of this.#records.values()) {
      if (membership.isConnected) continue
      // While this process was blocked, it could hear from no member: all leases begin again.
      if (isLate) membership.heardAt = now
      const leftMs = membership.heardAt + leaseMs - now
      if (leftMs <= 0) this.#endIfPresent(membership, 'lease')
      else nextMs = Math.min(nextMs, leftMs)
    }
    this.#timer = this.#records.size > 0 ? this.#sweepIn(Math.ceil(nextMs)) : null
  }

  #endIfPresent(membership: Membership, reason: LeftReason): void {
    if (this.#records.has(membership.member.id)) void this.endMembership(membership, reason)
  }

  #added(membership: Membership): AddedMember {
    return { membership, cursor: this.#log.head, roster: this.#firstMembers() }
  }

  #rosterMember({ member }: Membership): RosterMember {
    const transport = this.transports.get(member.id)
    return transport === undefined ? member : { ...member, transport }
  }

  #firstMembers(): RosterMember[] {
    const members: RosterMember[] = []
    for (const { membership } of this.#records.values()) {
      if (members.push(this.#rosterMember(membership)) === LIMITS.joinedRoster) break
    }
    return members
  }

  #reserveName(name: string): void {
    if (this.hasName(name)) throw nameTaken(name)
    this.#names.add(nameKey(name))
  }
}
