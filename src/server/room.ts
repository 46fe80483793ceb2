import { createHash, randomBytes } from 'node:crypto'
import { CLOSE_COMMANDS, type Ack, type Draft, type Joined, type LeftReason, type Member } from '../protocol.ts'
import type { Appended, Log } from './log.ts'
import { inventName, isReserved, nameKey } from './names.ts'
import { problems } from './problem.ts'
import { Seat, Visit } from './seat.ts'

export interface RoomOptions {
  /** ms for which a member that nothing is heard of stays. */
  leaseMs: number
  /** How often a member may change its name. */
  renames: number
  maxMembers: number
}

/** Tokens of members that left are remembered for a while, so that their holders are told 410 and not 401. */
const REMEMBERED_ENDED = 10_000

/** Members, and the log of what they say. Knows nothing of transports. */
export class Room {
  readonly log: Log
  readonly #options: RoomOptions
  readonly #seats = new Map<string, Seat>()
  readonly #seatsByToken = new Map<string, Seat>()
  readonly #names = new Set<string>()
  readonly #endedTokens = new Set<string>()
  readonly #visits = new Set<Visit>()

  constructor(log: Log, options: RoomOptions) {
    this.log = log
    this.#options = options
  }

  /** Nobody is here and nobody looks on. */
  get isIdle(): boolean {
    return this.#seats.size === 0 && this.#visits.size === 0
  }

  get roster(): Member[] {
    return [...this.#seats.values()].map((seat) => seat.member)
  }

  /** @throws 409 for a name that is taken, 503 when the room is full */
  async join(name: string | undefined, acceptLanguage: string | undefined): Promise<Joined> {
    if (this.#seats.size >= this.#options.maxMembers) {
      throw problems.full(`this room holds ${this.#options.maxMembers} members`, { limit: this.#options.maxMembers })
    }
    const isTaken = (candidate: string) => this.#names.has(nameKey(candidate))
    if (name !== undefined) this.#refuseName(name)
    const member = { id: randomBytes(9).toString('base64url'), name: name ?? inventName(acceptLanguage, isTaken) }
    const token = randomBytes(16).toString('base64url')
    const seat = new Seat(member, digest(token), this.#options, () => void this.#end(seat, 'lease'))
    // The name is taken before anything is awaited: of a hundred who ask at once, one gets it.
    this.#names.add(nameKey(member.name))
    this.#seats.set(member.id, seat)
    this.#seatsByToken.set(seat.tokenDigest, seat)
    await this.log.append({ type: 'joined', id: newId(), member })
    return { member, token, cursor: this.log.head, roster: this.roster }
  }

  /**
   * Who holds this token. A contact: it renews the lease.
   *
   * @throws 401 for a token that nobody was given, 410 for a member that left
   */
  seatOf(token: string): Seat {
    const tokenDigest = digest(token)
    const seat = this.#seatsByToken.get(tokenDigest)
    if (seat) return seat
    if (this.#endedTokens.has(tokenDigest)) throw problems.memberEnded('this member has left the room: join again')
    throw problems.unknownToken('this token is not known here: join to get one')
  }

  memberSeat(memberId: string): Seat | null {
    return this.#seats.get(memberId) ?? null
  }

  /** A stay of a line: as long as it lasts, the member's lease does not run. `null` for a spectator. */
  visit(seat: Seat | null): Visit {
    const visit = new Visit(seat, () => this.#visits.delete(visit))
    this.#visits.add(visit)
    return visit
  }

  /** @throws 409 for a name that is taken, or when this member's renames are used up */
  async rename(seat: Seat, name: string): Promise<Member> {
    const was = seat.member.name
    if (name === was) return seat.member
    if (seat.renamesLeft <= 0) {
      const limit = this.#options.renames
      throw problems.renamesUsed(`a name can be changed ${limit === 1 ? 'once' : `${limit} times`}`, { limit })
    }
    if (nameKey(name) !== nameKey(was)) this.#refuseName(name)
    this.#names.delete(nameKey(was))
    this.#names.add(nameKey(name))
    seat.rename(name)
    await this.log.append({ type: 'renamed', id: newId(), member: seat.member, was })
    return seat.member
  }

  /**
   * Puts a draft into the log, once however often it comes. A close command ends the member instead, by the server's
   * hand; its acknowledgement is where that stands.
   *
   * @throws 404 when `to` is not here, 409 when this id was used for something else
   */
  async say(seat: Seat, draft: Draft): Promise<{ ack: Ack; isNew: boolean }> {
    const text = draft.text.toWellFormed()
    if (CLOSE_COMMANDS.includes(text.trim())) {
      return { ack: { id: draft.id, seq: await this.#end(seat, 'closed') }, isNew: true }
    }
    const { event, isNew } = await this.#append(seat, { ...draft, text })
    const isSame =
      event.type === 'message' && event.from.id === seat.member.id && event.text === text && event.to?.id === draft.to
    if (!isSame) throw problems.idTaken('this id was used for another message: choose a new one', { field: 'id' })
    return { ack: { id: event.id, seq: event.seq }, isNew }
  }

  async leave(seat: Seat): Promise<void> {
    await this.#end(seat, 'asked')
  }

  /** Leaves after `graceMs`, unless the member is heard of before, or a line of it is open then. */
  leaveSoon(seat: Seat, graceMs: number): void {
    seat.leaveAfter(graceMs, () => void this.#end(seat, 'asked'))
  }

  /** Answers everybody who waits. */
  close(): void {
    this.log.close()
    for (const seat of this.#seats.values()) seat.release()
  }

  async #append(seat: Seat, { id, text, to: toId }: Draft): Promise<Appended> {
    const entry = { type: 'message', id, from: seat.member, text } as const
    if (toId === undefined) return this.log.append(entry)
    const to = this.#seats.get(toId)?.member
    if (to) return this.log.append({ ...entry, to })
    // It may have been stored before that member left, and this be the retry of somebody who was not told.
    const known = await this.log.find(id)
    if (known) return { event: known, isNew: false }
    throw problems.unknownMember('the member that this is for is not here', { field: 'to' })
  }

  /** Returns the seq of the `left` event. */
  async #end(seat: Seat, reason: LeftReason): Promise<number> {
    const { member, tokenDigest } = seat
    if (this.#seats.delete(member.id)) {
      this.#seatsByToken.delete(tokenDigest)
      this.#names.delete(nameKey(member.name))
      this.#remember(tokenDigest)
    }
    const { event } = await this.log.append({ type: 'left', id: newId(), member, reason })
    // First the word, then the end: the answer to a member's own request is on its way before its lines are cut.
    setImmediate(() => seat.end())
    return event.seq
  }

  #remember(tokenDigest: string): void {
    this.#endedTokens.add(tokenDigest)
    const [oldest] = this.#endedTokens
    if (this.#endedTokens.size > REMEMBERED_ENDED && oldest !== undefined) this.#endedTokens.delete(oldest)
  }

  #refuseName(name: string): void {
    if (isReserved(name) || this.#names.has(nameKey(name))) {
      throw problems.nameTaken(`the name ${name} is taken here`, { field: 'name' })
    }
  }
}

const newId = (): string => randomBytes(12).toString('hex')

/** Tokens are kept as digests: who reads this process's memory or a store cannot speak as somebody. */
const digest = (token: string): string => createHash('sha256').update(token).digest('base64url')
