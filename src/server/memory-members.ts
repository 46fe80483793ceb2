import type { LeftReason, Member } from '../protocol.ts'
import { stoodStill } from './clock.ts'
import { EndedTokens } from './ended-tokens.ts'
import { newId } from './ids.ts'
import type { Appended, Entry, Log } from './log.ts'
import type { Entered, MemberOptions, MemberStore } from './member-store.ts'
import { nameKey } from './names.ts'
import { refusals } from './problem.ts'
import { Seat, type Presence } from './seat.ts'

/** One member's lease and what is left to it. */
interface Stay {
  seat: Seat
  renamesLeft: number
  lease: NodeJS.Timeout
  /** How often it was heard of. */
  contacts: number
}

/** Members for as long as the process lasts. A change is made before anything is awaited, so that nothing comes between. */
export class MemoryMembers implements MemberStore, Presence {
  readonly #log: Log
  readonly #options: MemberOptions
  readonly #stays = new Map<string, Stay>()
  readonly #byToken = new Map<string, Seat>()
  readonly #names = new Set<string>()
  readonly #endedTokens = new EndedTokens()

  constructor(log: Log, options: MemberOptions) {
    this.#log = log
    this.#options = options
  }

  get roster(): Member[] {
    return [...this.#stays.values()].map(({ seat }) => seat.member)
  }

  readRoster(): Promise<Member[]> {
    return Promise.resolve(this.roster)
  }

  hasName(name: string): boolean {
    return this.#names.has(nameKey(name))
  }

  find(id: string): Promise<Member | null> {
    return Promise.resolve(this.#stays.get(id)?.seat.member ?? null)
  }

  async enter(member: Member, tokenDigest: string): Promise<Entered> {
    const { maxMembers, renames } = this.#options
    if (this.#stays.size >= maxMembers) throw refusals.roomFull(maxMembers)
    this.#take(member.name)
    const seat = new Seat(member, tokenDigest, this)
    this.#stays.set(member.id, { seat, renamesLeft: renames, lease: this.#startLease(seat), contacts: 0 })
    this.#byToken.set(tokenDigest, seat)
    await this.#log.append({ type: 'joined', id: newId(), member })
    return { seat, cursor: this.#log.head, roster: this.roster }
  }

  seatOf(tokenDigest: string): Seat {
    const seat = this.#byToken.get(tokenDigest)
    if (seat) return seat
    throw this.#endedTokens.has(tokenDigest) ? refusals.hasLeft() : refusals.unknownToken()
  }

  seatById(id: string): Seat | null {
    return this.#stays.get(id)?.seat ?? null
  }

  async say(seat: Seat, entry: Entry): Promise<Appended> {
    this.#stayOf(seat)
    return this.#log.append(entry)
  }

  async rename(seat: Seat, name: string): Promise<Member> {
    const stay = this.#stayOf(seat)
    const was = seat.member.name
    if (stay.renamesLeft <= 0) throw refusals.renamesUsed(this.#options.renames)
    if (nameKey(name) !== nameKey(was)) this.#take(name)
    if (nameKey(name) !== nameKey(was)) this.#names.delete(nameKey(was))
    stay.renamesLeft -= 1
    seat.rename(name)
    await this.#log.append({ type: 'renamed', id: newId(), member: seat.member, was })
    return seat.member
  }

  async end(seat: Seat, reason: LeftReason): Promise<number> {
    const { member, tokenDigest } = seat
    clearTimeout(this.#stayOf(seat).lease)
    this.#stays.delete(member.id)
    this.#byToken.delete(tokenDigest)
    this.#names.delete(nameKey(member.name))
    this.#endedTokens.add(tokenDigest)
    const { event } = await this.#log.append({ type: 'left', id: newId(), member, reason })
    // First the word, then the end: the answer to a member's own request is on its way before its lines are cut.
    setImmediate(() => seat.end())
    return event.seq
  }

  endSoon(seat: Seat, graceMs: number): Promise<void> {
    const stay = this.#stayOf(seat)
    const { contacts } = stay
    setTimeout(() => {
      if (stay.contacts === contacts && !seat.hasLines) this.#endIfHere(seat, 'asked')
    }, graceMs).unref()
    return Promise.resolve()
  }

  opened(seat: Seat): void {
    const stay = this.#stays.get(seat.member.id)
    if (!stay) return
    stay.contacts += 1
    clearTimeout(stay.lease)
  }

  quiet(seat: Seat): void {
    const stay = this.#stays.get(seat.member.id)
    if (!stay) return
    clearTimeout(stay.lease)
    stay.lease = this.#startLease(seat)
  }

  close(): void {
    for (const { lease } of this.#stays.values()) clearTimeout(lease)
  }

  #startLease(seat: Seat): NodeJS.Timeout {
    const { leaseMs } = this.#options
    const endsAt = performance.now() + leaseMs
    return setTimeout(() => {
      if (stoodStill(endsAt, leaseMs)) this.quiet(seat)
      else this.#endIfHere(seat, 'lease')
    }, leaseMs).unref()
  }

  #endIfHere(seat: Seat, reason: LeftReason): void {
    if (this.#stays.has(seat.member.id)) void this.end(seat, reason)
  }

  #stayOf(seat: Seat): Stay {
    const stay = this.#stays.get(seat.member.id)
    if (!stay) throw refusals.hasLeft()
    return stay
  }

  #take(name: string): void {
    if (this.hasName(name)) throw refusals.nameTaken(name)
    this.#names.add(nameKey(name))
  }
}
