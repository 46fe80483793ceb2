import { randomBytes } from 'node:crypto'
import {
  LIMITS,
  type LeftReason,
  type Member,
  type RoomEvent,
  type RosterMember,
  type TransportName,
} from '../../../protocol.ts'
import { newId } from '../../room/ids.ts'
import type { Entry } from '../../log/log.ts'
import type { AddedMember, MemberOptions, MemberStore } from '../../room/member-store.ts'
import { nameKey } from '../../../names.ts'
import {
  memberEnded,
  nameTaken,
  renamesUsed,
  roomFull,
  roomRestarting,
  unknownToken,
} from '../../errors/store-errors.ts'
import { Membership, type Presence } from '../../room/membership.ts'
import type { Reply, ScriptArgs } from './connection.ts'
import { DELETED_AFTER_MS, type ReplicaListener, type RoomReplica } from './room-replica.ts'
import { retainedIn, type RetainOptions } from './retained.ts'
import type { ScriptName } from './scripts.ts'
import { StoredTransports } from './stored-transports.ts'
import { MemberRecords, parseRecord, serializeRecord, type MemberRecord } from './member-records.ts'

/** Leases are renewed at least this often, in ms, and a few times in each lease. */
const MAX_RENEWAL_MS = 5000
const RENEWALS_PER_LEASE = 4
/** Missed renewals that count as an outage: Redis or every server was down. */
const OUTAGE_RENEWALS = 2
/** Leases renewed by one command. */
const RENEWED_AT_ONCE = 1000
/** ms by which a grace is prolonged: the other servers must be able to report an open connection before it ends. */
const GRACE_MARGIN_MS = 100

/** ms from one renewal to the next. */
export const renewalMs = (leaseMs: number): number => Math.min(MAX_RENEWAL_MS, leaseMs / RENEWALS_PER_LEASE)

/**
 * Members that Redis keeps. Reads use the records that this server has read from the log. Writes are scripts that change
 * members and log in one step. One command per interval renews the leases of all members that this server has heard from.
 */
export class RedisMembers implements MemberStore, Presence, ReplicaListener {
  readonly #replica: RoomReplica
  readonly #options: MemberOptions & RetainOptions
  readonly #records = new MemberRecords()
  readonly transports = new StoredTransports()
  /** Ids of members heard from since the last renewal, and memberships with an open connection. */
  readonly #heardFrom = new Set<string>()
  readonly #connected = new Set<Membership>()
  /** Timers of members that leave unless a server hears from them. */
  readonly #leaving = new Map<string, NodeJS.Timeout>()
  /** Members that Redis has lost, by id, until they are restored. */
  readonly #lost = new Map<string, MemberRecord>()

  constructor(replica: RoomReplica, options: MemberOptions & RetainOptions) {
    this.#replica = replica
    this.#options = options
    replica.listener = this
  }

  get roster(): RosterMember[] {
    return this.#records.all.map((record) => this.#rosterMember(record))
  }

  get size(): number {
    return this.#records.size
  }

  async readRoster(): Promise<RosterMember[]> {
    await this.#replica.catchUp().catch(() => undefined)
    return this.roster
  }

  hasName(name: string): boolean {
    const key = nameKey(name)
    return this.#records.all.some((record) => record.nameKey === key)
  }

  async findMember(id: string): Promise<Member | null> {
    if (!this.#records.get(id)) await this.#replica.catchUp()
    return this.#records.get(id)?.member ?? null
  }

  async addMember(member: Member, tokenDigest: string): Promise<AddedMember> {
    const { maxMembers, renames } = this.#options
    const record = { member, nameKey: nameKey(member.name), tokenDigest, renamesLeft: renames, membership: null }
    const [status] = await this.#replica.write('add-member', this.#addMemberArgs(record, maxMembers))
    if (status === 'full') throw roomFull(maxMembers)
    if (status === 'taken') throw nameTaken(member.name)
    if (status === 'left') throw memberEnded(this.#records.endReasonOf(tokenDigest))
    const membership =
      status === 'known'
        ? await this.membershipByToken(tokenDigest)
        : this.#membershipOf(this.#records.get(member.id) ?? this.#records.save(record))
    return { membership, cursor: this.#replica.window.head, roster: this.#firstMembers() }
  }

  membershipByToken(tokenDigest: string): Membership | Promise<Membership> {
    const record = this.#records.findByToken(tokenDigest)
    if (record) return this.#membershipOf(record)
    if (this.#records.isRevoked(tokenDigest)) throw memberEnded(this.#records.endReasonOf(tokenDigest))
    return this.#fetchByToken(tokenDigest)
  }

  membershipById(id: string): Membership | null | Promise<Membership | null> {
    const membership = () => {
      const record = this.#records.get(id)
      return record ? this.#membershipOf(record) : null
    }
    return membership() ?? this.#replica.catchUp().then(membership)
  }

  /** The next renewal of the leases also stores the transport: a member that changes it often costs no further command. */
  markReading({ member: { id } }: Membership, transport: TransportName): void {
    if (this.#records.get(id)) this.transports.began(id, transport)
  }

  async rename(membership: Membership, name: string): Promise<Member> {
    const member = { ...membership.member, name }
    const args = [...this.#eventArgs(newId()), member.id, JSON.stringify(member), nameKey(name)]
    const [status] = await this.writeAs(membership, 'rename-member', args)
    if (status === 'used') throw renamesUsed(this.#options.renames)
    if (status === 'taken') throw nameTaken(name)
    return member
  }

  async endMembership(membership: Membership, reason: LeftReason): Promise<number> {
    const args = [...this.#eventArgs(newId()), membership.member.id, reason]
    const [, , , seq] = await this.writeAs(membership, 'end-member', args)
    return Number(seq)
  }

  async endMembershipLater(membership: Membership, graceMs: number): Promise<void> {
    const removalMs = graceMs + GRACE_MARGIN_MS
    await this.writeAs(membership, 'end-member-later', [membership.member.id, graceMs, removalMs])
    // If this server ends before that, the next renewal of another server removes the member.
    setTimeout(() => void this.renewLeases().catch(() => undefined), removalMs + 1).unref()
  }

  connected(membership: Membership): void {
    this.#connected.add(membership)
    this.#markHeardFrom(membership)
  }

  disconnected(membership: Membership): void {
    this.#connected.delete(membership)
    this.#heardFrom.add(membership.member.id)
  }

  /**
   * Renews the leases of members that this server has heard from, removes members whose lease or grace is over, and stores the
   * transports by which members have begun to read.
   *
   * @throws DomainError `store-away`; no membership ends by that
   */
  async renewLeases(): Promise<void> {
    if (!this.#replica.isStored) return
    if (this.#lost.size > 0) await this.#restoreLost()
    const heardFrom = new Set([...this.#heardFrom, ...[...this.#connected].map(({ member }) => member.id)])
    this.#heardFrom.clear()
    const ids = [...heardFrom]
    const changed = this.transports.take()
    const { leaseMs } = this.#options
    try {
      for (let i = 0; i === 0 || i < Math.max(ids.length, changed.length); i += RENEWED_AT_ONCE) {
        const eventIdPrefix = randomBytes(9).toString('hex')
        const outageMs = OUTAGE_RENEWALS * renewalMs(leaseMs)
        const transports = JSON.stringify(Object.fromEntries(changed.slice(i, i + RENEWED_AT_ONCE)))
        const args = [...this.#eventArgs(eventIdPrefix), leaseMs, outageMs, DELETED_AFTER_MS, transports]
        await this.#replica.write('renew-leases', [...args, ...ids.slice(i, i + RENEWED_AT_ONCE)])
      }
    } catch (error) {
      for (const id of ids) this.#heardFrom.add(id)
      this.transports.putBack(changed)
      throw error
    }
  }

  /**
   * Runs a script that only a member may run. A member that Redis has lost and that is not restored yet has not left: it is
   * restored first.
   *
   * @throws DomainError `member-ended`, `store-away`
   */
  async writeAs({ member: { id }, tokenDigest }: Membership, script: ScriptName, args: ScriptArgs): Promise<Reply> {
    let reply = await this.#replica.write(script, args)
    if (reply[0] === 'left' && this.#lost.has(id)) {
      await this.#restoreLost()
      reply = await this.#replica.write(script, args)
    }
    if (reply[0] === 'left')
      throw this.#lost.has(id) ? roomRestarting() : memberEnded(this.#records.endReasonOf(tokenDigest))
    return reply
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer)
  }

  async loaded(
    records: readonly string[],
    transports: Record<string, TransportName>,
    isNewEpoch: boolean,
  ): Promise<void> {
    const before = this.#records.all
    const found = new Set(records.map((text) => this.#records.save(parseRecord(text)).member.id))
    for (const id of found) this.#lost.delete(id)
    this.transportsRead(transports)
    // Redis has lost the transports with the members.
    for (const { member } of isNewEpoch ? before : []) this.transports.storeAgain(member.id)
    for (const record of before.filter(({ member }) => !found.has(member.id))) {
      if (isNewEpoch) this.#lost.set(record.member.id, record)
      else if (!this.#lost.has(record.member.id)) this.#remove(record)
    }
    await this.#restoreLost().catch(() => undefined)
  }

  eventRead(event: RoomEvent, record: string | undefined): void {
    if (event.type === 'left') {
      const known = this.#records.get(event.member.id)
      if (known) this.#remove(known, event.reason)
    } else if (record !== undefined) {
      this.#records.save(parseRecord(record))
    }
  }

  transportsRead(transports: Record<string, TransportName>): void {
    for (const [id, transport] of Object.entries(transports)) {
      if (this.#records.get(id)) this.transports.read(id, transport)
    }
  }

  /** Only contacts from now on keep the member, and a connection that is open when the grace is over. */
  leaveRead(memberId: string, graceMs: number): void {
    clearTimeout(this.#leaving.get(memberId))
    const check = () => {
      this.#leaving.delete(memberId)
      const membership = this.#records.get(memberId)?.membership
      if (membership?.isConnected) this.#keepMember(memberId)
    }
    this.#leaving.set(memberId, setTimeout(check, graceMs).unref())
  }

  #markHeardFrom({ member: { id } }: Membership): void {
    this.#heardFrom.add(id)
    if (!this.#leaving.has(id)) return
    clearTimeout(this.#leaving.get(id))
    this.#leaving.delete(id)
    this.#keepMember(id)
  }

  #keepMember(id: string): void {
    this.#replica.runScript('keep-member', [id, this.#options.leaseMs]).catch(() => undefined)
  }

  /** For a token that this server does not know: another server may have added its member a moment ago. */
  async #fetchByToken(tokenDigest: string): Promise<Membership> {
    const [status, record, reason] = await this.#replica.runScript('find-member-by-token', [tokenDigest])
    // This server may have read the member's `left` while Redis answered.
    if (status === 'left' || this.#records.isRevoked(tokenDigest))
      throw memberEnded(this.#records.endReasonOf(tokenDigest) ?? (reason === 'lease' ? reason : undefined))
    if (status !== 'ok') throw unknownToken()
    return this.#membershipOf(this.#records.findByToken(tokenDigest) ?? this.#records.save(parseRecord(String(record))))
  }

  /**
   * Adds the members that Redis has lost and this server still knows. Every server does this for the members that it knows;
   * the first server to add a member counts.
   *
   * @throws DomainError `store-away` while some are lost
   */
  async #restoreLost(): Promise<void> {
    const lost = [...this.#lost.values()]
    const args = lost.map((record) => this.#addMemberArgs(record, Number.MAX_SAFE_INTEGER))
    for (const [i, [status]] of (await this.#replica.writeAll('add-member', args)).entries()) {
      const record = lost[i]
      if (!record || status === 'moved') continue
      this.#lost.delete(record.member.id)
      // Another member has taken the name in the meantime, or Redis knows the end of this one.
      if (status === 'taken' || status === 'left') this.#remove(record)
    }
    if (this.#lost.size > 0) throw roomRestarting()
  }

  #addMemberArgs(record: MemberRecord, maxMembers: number): (string | number)[] {
    const eventId = newId()
    const { member, nameKey: key, tokenDigest } = record
    const event = JSON.stringify({ type: 'joined', id: eventId, member } satisfies Entry)
    const { leaseMs } = this.#options
    return [
      ...this.#eventArgs(eventId),
      event,
      member.id,
      serializeRecord(record),
      key,
      tokenDigest,
      leaseMs,
      maxMembers,
    ]
  }

  /** ARGV 3 to 5 of every script that appends an event. */
  #eventArgs(eventId: string): [retained: string, at: number, eventId: string] {
    return [retainedIn(this.#options), Date.now(), eventId]
  }

  #remove(record: MemberRecord, reason?: LeftReason): void {
    const { member, membership } = record
    this.#records.remove(record, reason)
    this.#lost.delete(member.id)
    this.#heardFrom.delete(member.id)
    this.transports.delete(member.id)
    if (!membership) return
    this.#connected.delete(membership)
    // In a later turn: the answer to the member's own request is sent before its connections are closed.
    setImmediate(() => membership.end(reason))
  }

  #rosterMember({ member }: MemberRecord): RosterMember {
    const transport = this.transports.get(member.id)
    return transport === undefined ? member : { ...member, transport }
  }

  #firstMembers(): RosterMember[] {
    return this.#records.first(LIMITS.joinedRoster).map((record) => this.#rosterMember(record))
  }

  #membershipOf(record: MemberRecord): Membership {
    record.membership ??= new Membership(record.member, record.tokenDigest, this)
    return record.membership
  }
}
