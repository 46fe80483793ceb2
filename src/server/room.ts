import { CLOSE_COMMANDS, type Ack, type Draft, type Joined, type Member } from '../protocol.ts'
import { digest, newMemberId, newToken } from './ids.ts'
import type { Appended, Log } from './log.ts'
import type { Entered, MemberStore } from './member-store.ts'
import { inventName, isReserved } from './names.ts'
import type { RoomObserver } from './observer.ts'
import { ProblemError, problems, refusals } from './problem.ts'
import { Visit, type Seat } from './seat.ts'
import type { StoredRoom } from './store.ts'

/** What members do in a room: come, speak, go. Knows nothing of transports, nor of where all this is kept. */
export class Room {
  readonly log: Log
  readonly #members: MemberStore
  readonly #stored: StoredRoom
  readonly #observer: () => RoomObserver | undefined
  readonly #visits = new Set<Visit>()

  constructor(stored: StoredRoom, observer: () => RoomObserver | undefined = () => undefined) {
    this.#observer = observer
    this.log = stored.log
    this.#members = stored.members
    this.#stored = stored
  }

  /** Nobody looks on, and nothing is lost when this process forgets about it. */
  get isIdle(): boolean {
    return this.#visits.size === 0 && this.#stored.canBeReleased
  }

  /** Who is here, as far as this server has read. */
  get roster(): Member[] {
    return this.#members.roster
  }

  /** null when the room can be used at once. @throws 503 while the store is away */
  open(): Promise<void> | null {
    return this.#stored.open()
  }

  readRoster(): Promise<Member[]> {
    return this.#members.readRoster()
  }

  /** @throws 409 for a name that is taken, 503 when the room is full */
  async join(name: string | undefined, acceptLanguage: string | undefined): Promise<Joined> {
    if (name !== undefined && isReserved(name)) throw refusals.nameTaken(name)
    const token = newToken()
    const tokenDigest = digest(token)
    const { seat, cursor, roster } =
      name === undefined
        ? await this.#enterUnderAnyName(acceptLanguage, tokenDigest)
        : await this.#members.enter({ id: newMemberId(), name }, tokenDigest)
    return { member: seat.member, token, cursor, roster }
  }

  /**
   * Who holds this token.
   *
   * @throws 401 for a token that nobody was given, 410 for a member that left
   */
  seatOf(token: string): Seat | Promise<Seat> {
    return this.#members.seatOf(digest(token))
  }

  /** A member's place, by its id: no proof that it is the member who asks. */
  memberSeat(memberId: string): Seat | null | Promise<Seat | null> {
    return this.#members.seatById(memberId)
  }

  /** A stay of a line: as long as it lasts, the member's lease does not run. `null` for a spectator. */
  visit(seat: Seat | null): Visit {
    const visit = new Visit(seat, this.#observer(), () => this.#visits.delete(visit))
    this.#visits.add(visit)
    return visit
  }

  /** @throws 409 for a name that is taken, or when this member's renames are used up */
  async rename(seat: Seat, name: string): Promise<Member> {
    if (name === seat.member.name) return seat.member
    if (isReserved(name)) throw refusals.nameTaken(name)
    return this.#members.rename(seat, name)
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
      return { ack: { id: draft.id, seq: await this.#members.end(seat, 'closed') }, isNew: true }
    }
    const { event, isNew } = await this.#append(seat, { ...draft, text })
    const isSame =
      event.type === 'message' && event.from.id === seat.member.id && event.text === text && event.to?.id === draft.to
    if (!isSame) throw problems.idTaken('this id was used for another message: choose a new one', { field: 'id' })
    if (isNew) this.#observer()?.said()
    return { ack: { id: event.id, seq: event.seq }, isNew }
  }

  async leave(seat: Seat): Promise<void> {
    await this.#members.end(seat, 'asked')
  }

  /** Leaves after `graceMs`, unless the member is heard of before, or a line of it is open then. */
  async leaveSoon(seat: Seat, graceMs: number): Promise<void> {
    await this.#members.endSoon(seat, graceMs)
  }

  /** Answers everybody who waits. */
  close(): void {
    this.log.close()
    this.#members.close()
    this.#stored.close()
  }

  async #append(seat: Seat, { id, text, to: toId }: Draft): Promise<Appended> {
    const entry = { type: 'message', id, from: seat.member, text } as const
    if (toId === undefined) return this.#members.say(seat, entry)
    const to = await this.#members.find(toId)
    if (to) return this.#members.say(seat, { ...entry, to })
    // It may have been stored before that member left, and this be the retry of somebody who was not told.
    const known = await this.log.find(id)
    if (known) return { event: known, isNew: false }
    throw problems.unknownMember('the member that this is for is not here', { field: 'to' })
  }

  /** Somebody at another server may take an invented name first: then another is invented. */
  async #enterUnderAnyName(acceptLanguage: string | undefined, tokenDigest: string): Promise<Entered> {
    for (;;) {
      const name = inventName(acceptLanguage, (candidate) => this.#members.hasName(candidate))
      try {
        return await this.#members.enter({ id: newMemberId(), name }, tokenDigest)
      } catch (error) {
        if (!(error instanceof ProblemError && error.problem.type === 'name-taken')) throw error
      }
    }
  }
}
