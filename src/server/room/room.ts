import { CLOSE_COMMANDS, type Ack, type Draft, type Joined, type Member } from '../../protocol.ts'
import { digest, newMemberId, newToken } from './ids.ts'
import type { Appended, Log } from '../log/log.ts'
import type { Entered, MemberStore } from './member-store.ts'
import { inventName, isReserved } from './names.ts'
import type { RoomObserver } from '../log/delivery-observer.ts'
import { DomainError } from '../errors/domain-error.ts'
import { nameTaken } from '../errors/store-errors.ts'
import { ReaderConnection, type Membership } from './membership.ts'
import type { StoredRoom } from './room-store.ts'

/** What members do in a room: come, speak, go. Knows nothing of transports, nor of where all this is kept. */
export class Room {
  readonly log: Log
  readonly #members: MemberStore
  readonly #stored: StoredRoom
  readonly #observer: () => RoomObserver | undefined
  /** Requests and sockets by which the room is read here. */
  #connections = 0
  readonly #onDisconnect = () => {
    this.#connections -= 1
  }

  constructor(stored: StoredRoom, observer: () => RoomObserver | undefined = () => undefined) {
    this.#observer = observer
    this.log = stored.log
    this.#members = stored.members
    this.#stored = stored
  }

  /** Nobody looks on, and nothing is lost when this process forgets about it. */
  get isIdle(): boolean {
    return this.#connections === 0 && this.#stored.canBeReleased
  }

  /** Who is here, as far as this server has read. */
  get roster(): Member[] {
    return this.#members.roster
  }

  /** null when the room can be used at once. @throws DomainError `store-away` */
  open(): Promise<void> | null {
    return this.#stored.open()
  }

  readRoster(): Promise<Member[]> {
    return this.#members.readRoster()
  }

  /** @throws DomainError `name-taken`, `full` */
  async join(name: string | undefined, acceptLanguage: string | undefined): Promise<Joined> {
    if (name !== undefined && isReserved(name)) throw nameTaken(name)
    const token = newToken()
    const tokenDigest = digest(token)
    const { membership, cursor, roster } =
      name === undefined
        ? await this.#enterUnderAnyName(acceptLanguage, tokenDigest)
        : await this.#members.enter({ id: newMemberId(), name }, tokenDigest)
    return { member: membership.member, token, cursor, roster }
  }

  /**
   * Who holds this token.
   *
   * @throws DomainError `unknown-token`, `member-ended`
   */
  membershipOf(token: string): Membership | Promise<Membership> {
    return this.membershipByDigest(digest(token))
  }

  /** The same, of a token whose digest is known. */
  membershipByDigest(tokenDigest: string): Membership | Promise<Membership> {
    return this.#members.membershipOf(tokenDigest)
  }

  /** A membership by the member's id: no proof that it is the member who asks. */
  membershipById(memberId: string): Membership | null | Promise<Membership | null> {
    return this.#members.membershipById(memberId)
  }

  /** A connection of a reader; `null` for one without a token. While it lasts, the member's lease does not run. */
  connect(membership: Membership | null): ReaderConnection {
    this.#connections += 1
    return new ReaderConnection(membership, this.#observer(), this.#onDisconnect)
  }

  /** @throws DomainError `name-taken`, `renames-used` */
  async rename(membership: Membership, name: string): Promise<Member> {
    if (name === membership.member.name) return membership.member
    if (isReserved(name)) throw nameTaken(name)
    return this.#members.rename(membership, name)
  }

  /**
   * Puts a draft into the log, once however often it comes. A close command ends the member instead, by the server's
   * hand; its acknowledgement is where that stands.
   *
   * @throws DomainError `unknown-member` if `to` is not here, `id-taken` if this id belongs to another message
   */
  async say(membership: Membership, draft: Draft): Promise<{ ack: Ack; isNew: boolean }> {
    const text = draft.text.toWellFormed()
    if (CLOSE_COMMANDS.includes(text.trim())) {
      return { ack: { id: draft.id, seq: await this.#members.end(membership, 'closed') }, isNew: true }
    }
    const { event, isNew } = await this.#append(membership, { ...draft, text })
    const isSame =
      event.type === 'message' &&
      event.from.id === membership.member.id &&
      event.text === text &&
      event.to?.id === draft.to
    if (!isSame)
      throw new DomainError('id-taken', 'this id was used for another message: choose a new one', { field: 'id' })
    if (isNew) this.#observer()?.messageStored()
    return { ack: { id: event.id, seq: event.seq }, isNew }
  }

  async leave(membership: Membership): Promise<void> {
    await this.#members.end(membership, 'asked')
  }

  /** Leaves after `graceMs`, unless the member is heard of before, or a line of it is open then. */
  async leaveSoon(membership: Membership, graceMs: number): Promise<void> {
    await this.#members.endSoon(membership, graceMs)
  }

  /** Answers everybody who waits. */
  close(): void {
    this.log.close()
    this.#members.close()
    this.#stored.close()
  }

  async #append(membership: Membership, { id, text, to: toId }: Draft): Promise<Appended> {
    const entry = { type: 'message', id, from: membership.member, text } as const
    if (toId === undefined) return this.#members.say(membership, entry)
    const to = await this.#members.find(toId)
    if (to) return this.#members.say(membership, { ...entry, to })
    // It may have been stored before that member left, and this be the retry of somebody who was not told.
    const known = await this.log.find(id)
    if (known) return { event: known, isNew: false }
    throw new DomainError('unknown-member', 'the member that this is for is not here', { field: 'to' })
  }

  /** Somebody at another server may take an invented name first: then another is invented. */
  async #enterUnderAnyName(acceptLanguage: string | undefined, tokenDigest: string): Promise<Entered> {
    for (;;) {
      const name = inventName(acceptLanguage, (candidate) => this.#members.hasName(candidate))
      try {
        return await this.#members.enter({ id: newMemberId(), name }, tokenDigest)
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'name-taken')) throw error
      }
    }
  }
}
