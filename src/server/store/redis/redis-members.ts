import { randomBytes } from 'node:crypto'
import type { LeftReason, Member, RoomEvent } from '../../../protocol.ts'
import { newId } from '../../room/ids.ts'
import type { Appended, Entry } from '../../log/log.ts'
import type { Entered, MemberOptions, MemberStore } from '../../room/member-store.ts'
import { nameKey } from '../../room/names.ts'
import {
  memberEnded,
  nameTaken,
  renamesUsed,
  roomFull,
  roomRestarting,
  unknownToken,
} from '../../errors/store-errors.ts'
import { Membership, type Presence } from '../../room/membership.ts'
import type { Reply } from './connection.ts'
import { FORGOTTEN_AFTER_MS, type RoomReplica, type Listener } from './room-replica.ts'
import type { RedisLog } from './redis-log.ts'
import type { ScriptName } from './scripts.ts'
import { recordOf, memberOf, MemberRecords, type MemberRecord } from './member-records.ts'

/** Leases are renewed at least this often, in ms; and a few times in each. */
const RENEW_MS = 5000
const RENEWALS_PER_LEASE = 4
/** Renewals that nobody made: then Redis was away, or every server. */
const SILENT_FOR = 2
/** Leases renewed by one command. */
const RENEWED_AT_ONCE = 1000
/** ms by which a grace is longer than asked for: the other servers' word that a line is open has to come first. */
const GRACE_MARGIN_MS = 100

/** ms from one renewal to the next. */
export const renewalMs = (leaseMs: number): number => Math.min(RENEW_MS, leaseMs / RENEWALS_PER_LEASE)

/**
 * Members that Redis keeps. What is read of them here comes by the log, as everything does; what is written goes by scripts
 * that change members and log in one step. Leases are renewed by one command an interval, however many members were heard of.
 */
export class RedisMembers implements MemberStore, Presence, Listener {
  readonly #feed: RoomReplica
  readonly #log: RedisLog
  readonly #options: MemberOptions & { retainEvents: number }
  readonly #here = new MemberRecords()
  /** Heard of since leases were renewed; and those with a line open. */
  readonly #heard = new Set<string>()
  readonly #onLine = new Set<Membership>()
  /** Members that go unless they are heard of. */
  readonly #leaving = new Map<string, NodeJS.Timeout>()
  /** Members that Redis has lost, by their id, until it is known that it has them again. */
  readonly #lost = new Map<string, MemberRecord>()

  constructor(feed: RoomReplica, log: RedisLog, options: MemberOptions & { retainEvents: number }) {
    this.#feed = feed
    this.#log = log
    this.#options = options
    feed.listener = this
  }

  get roster(): Member[] {
    return this.#here.all.map(({ member }) => member)
  }

  async readRoster(): Promise<Member[]> {
    await this.#feed.catchUp().catch(() => undefined)
    return this.roster
  }

  hasName(name: string): boolean {
    const key = nameKey(name)
    return this.#here.all.some((standing) => standing.nameKey === key)
  }

  async find(id: string): Promise<Member | null> {
    if (!this.#here.get(id)) await this.#feed.catchUp()
    return this.#here.get(id)?.member ?? null
  }

  async enter(member: Member, tokenDigest: string): Promise<Entered> {
    const { maxMembers, renames } = this.#options
    const standing = { member, nameKey: nameKey(member.name), tokenDigest, renamesLeft: renames, membership: null }
    const [status] = await this.#feed.write('add-member', this.#entering(standing, maxMembers))
    if (status === 'full') throw roomFull(maxMembers)
    if (status === 'taken') throw nameTaken(member.name)
    const membership = this.#membershipAt(this.#here.get(member.id) ?? this.#here.put(standing))
    return { membership, cursor: this.#log.head, roster: this.roster }
  }

  membershipOf(tokenDigest: string): Membership | Promise<Membership> {
    const standing = this.#here.byToken(tokenDigest)
    if (standing) return this.#membershipAt(standing)
    if (this.#here.hasEnded(tokenDigest)) throw memberEnded()
    return this.#askFor(tokenDigest)
  }

  membershipById(id: string): Membership | null | Promise<Membership | null> {
    const membership = () => {
      const standing = this.#here.get(id)
      return standing ? this.#membershipAt(standing) : null
    }
    return membership() ?? this.#feed.catchUp().then(membership)
  }

  async say(membership: Membership, entry: Entry): Promise<Appended> {
    const { args, appended } = this.#log.appending(entry, membership.member.id)
    return appended(await this.#writeFor(membership, 'append-event', args))
  }

  async rename(membership: Membership, name: string): Promise<Member> {
    const member = { ...membership.member, name }
    const args = [...this.#stamp(newId()), member.id, JSON.stringify(member), nameKey(name)]
    const [status] = await this.#writeFor(membership, 'rename-member', args)
    if (status === 'used') throw renamesUsed(this.#options.renames)
    if (status === 'taken') throw nameTaken(name)
    return member
  }

  async end(membership: Membership, reason: LeftReason): Promise<number> {
    const [, , , seq] = await this.#writeFor(membership, 'end-member', [
      ...this.#stamp(newId()),
      membership.member.id,
      reason,
    ])
    return Number(seq)
  }

  async endSoon(membership: Membership, graceMs: number): Promise<void> {
    const wholeMs = graceMs + GRACE_MARGIN_MS
    await this.#writeFor(membership, 'end-member-later', [membership.member.id, graceMs, wholeMs])
    // Should this server be gone by then, the next one that ends leases does it.
    setTimeout(() => void this.tick().catch(() => undefined), wholeMs + 1).unref()
  }

  connected(membership: Membership): void {
    this.#onLine.add(membership)
    this.#heardOf(membership)
  }

  disconnected(membership: Membership): void {
    this.#onLine.delete(membership)
    this.#heard.add(membership.member.id)
  }

  /**
   * Renews the leases of those who were heard of here, and ends the stays whose time is over.
   *
   * @throws DomainError `store-away`; no membership ends by that
   */
  async tick(): Promise<void> {
    if (!this.#feed.isOpen) return
    if (this.#lost.size > 0) await this.#restore()
    const heard = new Set([...this.#heard, ...[...this.#onLine].map(({ member }) => member.id)])
    this.#heard.clear()
    const ids = [...heard]
    const { leaseMs } = this.#options
    try {
      for (let i = 0; i === 0 || i < ids.length; i += RENEWED_AT_ONCE) {
        const prefix = randomBytes(9).toString('hex')
        const args = [...this.#stamp(prefix), leaseMs, SILENT_FOR * renewalMs(leaseMs), FORGOTTEN_AFTER_MS]
        await this.#feed.write('renew-leases', [...args, ...ids.slice(i, i + RENEWED_AT_ONCE)])
      }
    } catch (error) {
      for (const id of ids) this.#heard.add(id)
      throw error
    }
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer)
  }

  async loaded(records: readonly string[], isNewEpoch: boolean): Promise<void> {
    const before = this.#here.all
    const found = new Set(records.map((record) => this.#here.put(memberOf(record)).member.id))
    for (const id of found) this.#lost.delete(id)
    for (const standing of before.filter(({ member }) => !found.has(member.id))) {
      if (isNewEpoch) this.#lost.set(standing.member.id, standing)
      else if (!this.#lost.has(standing.member.id)) this.#gone(standing)
    }
    await this.#restore().catch(() => undefined)
  }

  happened(event: RoomEvent, record: string | undefined): void {
    if (event.type === 'left') {
      const known = this.#here.get(event.member.id)
      if (known) this.#gone(known)
    } else if (record !== undefined) {
      this.#here.put(memberOf(record))
    }
  }

  /** What is heard of it from now on counts, and so does a line that is open when the grace is over. */
  leaving(memberId: string, graceMs: number): void {
    clearTimeout(this.#leaving.get(memberId))
    const check = () => {
      this.#leaving.delete(memberId)
      const membership = this.#here.get(memberId)?.membership
      if (membership?.isConnected) this.#stays(memberId)
    }
    this.#leaving.set(memberId, setTimeout(check, graceMs).unref())
  }

  #heardOf({ member: { id } }: Membership): void {
    this.#heard.add(id)
    if (!this.#leaving.has(id)) return
    clearTimeout(this.#leaving.get(id))
    this.#leaving.delete(id)
    this.#stays(id)
  }

  #stays(id: string): void {
    this.#feed.ask('keep-member', [id, this.#options.leaseMs]).catch(() => undefined)
  }

  /** Another server may have let it in a moment ago. */
  async #askFor(tokenDigest: string): Promise<Membership> {
    const [status, record] = await this.#feed.ask('find-member-by-token', [tokenDigest])
    // Its `left` may have come by the log meanwhile.
    if (status === 'left' || this.#here.hasEnded(tokenDigest)) throw memberEnded()
    if (status !== 'ok') throw unknownToken()
    return this.#membershipAt(this.#here.byToken(tokenDigest) ?? this.#here.put(memberOf(String(record))))
  }

  /**
   * Redis has lost its memory, and this server has not: those who are here still are. Every server does this for all that it
   * knows, and for each the first one counts.
   */
  async #restore(): Promise<void> {
    const lost = [...this.#lost.values()]
    const entering = lost.map((standing) => this.#entering(standing, Number.MAX_SAFE_INTEGER))
    for (const [i, [status]] of (await this.#feed.writeAll('add-member', entering)).entries()) {
      const standing = lost[i]
      if (!standing || status === 'moved') continue
      this.#lost.delete(standing.member.id)
      // Somebody else took the name in between.
      if (status === 'taken') this.#gone(standing)
    }
    if (this.#lost.size > 0) throw roomRestarting()
  }

  /**
   * Runs a script that a member has to be here for. One whom Redis has lost, and whose return is still under way, is put
   * back first: it never left. @throws DomainError `member-ended`, `store-away`
   */
  async #writeFor(
    { member: { id } }: Membership,
    script: ScriptName,
    args: readonly (string | number)[],
  ): Promise<Reply> {
    let reply = await this.#feed.write(script, args)
    if (reply[0] === 'left' && this.#lost.has(id)) {
      await this.#restore()
      reply = await this.#feed.write(script, args)
    }
    if (reply[0] === 'left') throw this.#lost.has(id) ? roomRestarting() : memberEnded()
    return reply
  }

  #entering(standing: MemberRecord, maxMembers: number): (string | number)[] {
    const id = newId()
    const { member, nameKey: key, tokenDigest } = standing
    const event = JSON.stringify({ type: 'joined', id, member } satisfies Entry)
    const { leaseMs } = this.#options
    return [...this.#stamp(id), event, member.id, recordOf(standing), key, tokenDigest, leaseMs, maxMembers]
  }

  /** How much is retained, when this is, and the event's id. */
  #stamp(id: string): [number, number, string] {
    return [this.#options.retainEvents, Date.now(), id]
  }

  #gone(standing: MemberRecord): void {
    const { member, membership } = standing
    this.#here.remove(standing)
    this.#lost.delete(member.id)
    this.#heard.delete(member.id)
    if (!membership) return
    this.#onLine.delete(membership)
    // First the word, then the end: the answer to a member's own request is on its way before its lines are cut.
    setImmediate(() => membership.end())
  }

  #membershipAt(standing: MemberRecord): Membership {
    standing.membership ??= new Membership(standing.member, standing.tokenDigest, this)
    return standing.membership
  }
}
