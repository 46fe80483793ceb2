import type { LeftReason, Member } from '../../../protocol.ts'
import { wasEventLoopBlocked } from '../../log/clock.ts'
import { EndedTokens } from '../../room/revoked-tokens.ts'
import { newId } from '../../room/ids.ts'
import type { Appended, Entry, Log } from '../../log/log.ts'
import type { Entered, MemberOptions, MemberStore } from '../../room/member-store.ts'
import { nameKey } from '../../room/names.ts'
import { memberEnded, nameTaken, renamesUsed, roomFull, unknownToken } from '../../errors/store-errors.ts'
import { Membership } from '../../room/membership.ts'

interface MemberRecord {
  membership: Membership
  renamesLeft: number
}

/** Members for as long as the process lasts. A change is made before anything is awaited, so that nothing comes between. */
export class MemoryMembers implements MemberStore {
  readonly #log: Log
  readonly #options: MemberOptions
  readonly #records = new Map<string, MemberRecord>()
  readonly #byToken = new Map<string, Membership>()
  readonly #names = new Set<string>()
  readonly #endedTokens = new EndedTokens()
  /** Set to when the first lease ends. */
  #timer: NodeJS.Timeout | null = null

  constructor(log: Log, options: MemberOptions) {
    this.#log = log
    this.#options = options
  }

  get roster(): Member[] {
    return [...this.#records.values()].map(({ membership }) => membership.member)
  }

  readRoster(): Promise<Member[]> {
    return Promise.resolve(this.roster)
  }

  hasName(name: string): boolean {
    return this.#names.has(nameKey(name))
  }

  find(id: string): Promise<Member | null> {
    return Promise.resolve(this.#records.get(id)?.membership.member ?? null)
  }

  async enter(member: Member, tokenDigest: string): Promise<Entered> {
    const { maxMembers, renames } = this.#options
    if (this.#records.size >= maxMembers) throw roomFull(maxMembers)
    this.#take(member.name)
    const membership = new Membership(member, tokenDigest)
    this.#records.set(member.id, { membership, renamesLeft: renames })
    this.#timer ??= this.#sweepIn(this.#options.leaseMs)
    this.#byToken.set(tokenDigest, membership)
    await this.#log.append({ type: 'joined', id: newId(), member })
    return { membership, cursor: this.#log.head, roster: this.roster }
  }

  membershipOf(tokenDigest: string): Membership {
    const membership = this.#byToken.get(tokenDigest)
    if (membership) return membership
    throw this.#endedTokens.has(tokenDigest) ? memberEnded() : unknownToken()
  }

  membershipById(id: string): Membership | null {
    return this.#records.get(id)?.membership ?? null
  }

  async say(membership: Membership, entry: Entry): Promise<Appended> {
    this.#recordOf(membership)
    return this.#log.append(entry)
  }

  async rename(membership: Membership, name: string): Promise<Member> {
    const record = this.#recordOf(membership)
    const was = membership.member.name
    if (record.renamesLeft <= 0) throw renamesUsed(this.#options.renames)
    if (nameKey(name) !== nameKey(was)) this.#take(name)
    if (nameKey(name) !== nameKey(was)) this.#names.delete(nameKey(was))
    record.renamesLeft -= 1
    membership.rename(name)
    await this.#log.append({ type: 'renamed', id: newId(), member: membership.member, was })
    return membership.member
  }

  async end(membership: Membership, reason: LeftReason): Promise<number> {
    const { member, tokenDigest } = membership
    this.#recordOf(membership)
    this.#records.delete(member.id)
    this.#byToken.delete(tokenDigest)
    this.#names.delete(nameKey(member.name))
    this.#endedTokens.add(tokenDigest)
    const { event } = await this.#log.append({ type: 'left', id: newId(), member, reason })
    // First the word, then the end: the answer to a member's own request is on its way before its lines are cut.
    setImmediate(() => membership.end())
    return event.seq
  }

  endSoon(membership: Membership, graceMs: number): Promise<void> {
    this.#recordOf(membership)
    const { contacts } = membership
    setTimeout(() => {
      if (membership.contacts === contacts && !membership.isConnected) this.#endIfHere(membership, 'asked')
    }, graceMs).unref()
    return Promise.resolve()
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
  }

  #sweepIn(ms: number): NodeJS.Timeout {
    const dueAt = performance.now() + ms
    return setTimeout(() => this.#sweep(wasEventLoopBlocked(dueAt, this.#options.leaseMs)), ms).unref()
  }

  /** Ends the leases that have run out, and sleeps until the next one does. One timer, however many members there are. */
  #sweep(isLate: boolean): void {
    const { leaseMs } = this.#options
    const now = performance.now()
    let nextMs = leaseMs
    for (const { membership } of this.#records.values()) {
      if (membership.isConnected) continue
      // Nothing could be heard of anybody while this process stood still: all leases begin again.
      if (isLate) membership.heardAt = now
      const leftMs = membership.heardAt + leaseMs - now
      if (leftMs <= 0) this.#endIfHere(membership, 'lease')
      else nextMs = Math.min(nextMs, leftMs)
    }
    this.#timer = this.#records.size > 0 ? this.#sweepIn(Math.ceil(nextMs)) : null
  }

  #endIfHere(membership: Membership, reason: LeftReason): void {
    if (this.#records.has(membership.member.id)) void this.end(membership, reason)
  }

  #recordOf(membership: Membership): MemberRecord {
    const record = this.#records.get(membership.member.id)
    if (!record) throw memberEnded()
    return record
  }

  #take(name: string): void {
    if (this.hasName(name)) throw nameTaken(name)
    this.#names.add(nameKey(name))
  }
}
