import {
  isCloseCommand,
  type Ack,
  type Draft,
  type Joined,
  type Member,
  type RosterMember,
  type TransportName,
} from '../../protocol.ts'
import { digest, newMemberId, newToken } from './ids.ts'
import type { Appended, Log } from '../log/log.ts'
import type { AddedMember, MemberStore } from './member-store.ts'
import type { MemberTransports } from './member-transports.ts'
import { checkName, inventName } from './names.ts'
import type { RoomObserver } from '../log/delivery-observer.ts'
import { DomainError } from '../errors/domain-error.ts'
import { ReaderConnection, type Membership } from './membership.ts'
import type { StoredRoom } from './room-store.ts'

/** What members do in a room: join, post, rename, leave. Independent of transports and of the store. */
export class Room {
  readonly log: Log
  readonly #members: MemberStore
  readonly #stored: StoredRoom
  readonly #observer: () => RoomObserver | undefined
  readonly name: string
  /** Number of requests and sockets that use the room at this server. */
  #uses = 0
  #entries = 0
  readonly #onLeft: () => void
  readonly #endUse = () => {
    this.#uses -= 1
    if (this.#uses === 0) this.#onLeft()
  }

  /** @param onLeft called when no request and no socket uses the room any more */
  constructor(
    name: string,
    stored: StoredRoom,
    observer: () => RoomObserver | undefined = () => undefined,
    onLeft: () => void = () => undefined,
  ) {
    this.name = name
    this.#observer = observer
    this.#onLeft = onLeft
    this.log = stored.log
    this.#members = stored.members
    this.#stored = stored
  }

  /** Number of requests and sockets that have used the room so far. */
  get entries(): number {
    return this.#entries
  }
  /** Whether no request uses the room, and this process can forget it without ending a membership. */
  get canBeReleased(): boolean {
    return this.#uses === 0 && this.#stored.canBeReleased
  }
  /** Whether the room has no members either. */
  get isIdle(): boolean {
    return this.canBeReleased && this.#members.size === 0
  }
  /** Whether messages are lost when this process forgets the room. */
  get hasMessages(): boolean {
    return this.#stored.hasMessages
  }
  /** Whether the store has the room already. */
  get isStored(): boolean {
    return this.#stored.isStored
  }

  /** All members, as far as this server has read the log. */
  get roster(): RosterMember[] {
    return this.#members.roster
  }
  /** By which transport each member reads, as far as this server knows. */
  get memberTransports(): MemberTransports {
    return this.#members.transports
  }

  /** null if the room can be used at once; otherwise settles when it can. @throws DomainError `store-away` */
  open(): Promise<void> | null {
    return this.#stored.open()
  }

  /** The room is not released until the returned function is called. */
  beginUse(): () => void {
    this.#uses += 1
    let isOver = false
    return () => {
      if (!isOver) this.#endUse()
      isOver = true
    }
  }

  /** The room is not released before `use` has settled. */
  async whileInUse<T>(use: () => Promise<T>): Promise<T> {
    const endUse = this.beginUse()
    try {
      return await use()
    } finally {
      endUse()
    }
  }

  readRoster(): Promise<RosterMember[]> {
    return this.#members.readRoster()
  }

  /**
   * @param token of the client's choice: with the token of a member, the answer is that member, whose lease begins again
   * @throws DomainError `invalid`, `name-taken`, `full`, `member-ended` for the token of a former member
   */
  async join(
    name: string | undefined,
    acceptLanguage: string | undefined,
    flags: Pick<Member, 'quiet' | 'bot'> = {},
    token = newToken(),
  ): Promise<Joined> {
    if (name !== undefined) checkName(name)
    const tokenDigest = digest(token)
    const { membership, cursor, roster } = await this.whileInUse(() =>
      name === undefined
        ? this.#addWithInventedName(acceptLanguage, tokenDigest, flags)
        : this.#members.addMember({ id: newMemberId(), name, ...flags }, tokenDigest),
    )
    // A contact: it may be a member whose lease runs already.
    this.connect(membership).end()
    return { member: membership.member, token, cursor, roster, memberCount: this.#members.size }
  }

  /**
   * The membership to which this token belongs.
   *
   * @throws DomainError `unknown-token`, `member-ended`
   */
  membershipByToken(token: string): Membership | Promise<Membership> {
    return this.membershipByDigest(digest(token))
  }

  /** The same, for the digest of a token. */
  membershipByDigest(tokenDigest: string): Membership | Promise<Membership> {
    return this.#members.membershipByToken(tokenDigest)
  }

  /** An id is no proof that a request comes from the member. */
  membershipById(memberId: string): Membership | null | Promise<Membership | null> {
    return this.#members.membershipById(memberId)
  }

  /**
   * Adds a connection; `null` for a reader without a token. While it is open, the member's lease does not run.
   *
   * @param transport of a connection that reads
   */
  connect(membership: Membership | null, transport?: TransportName): ReaderConnection {
    this.#uses += 1
    this.#entries += 1
    if (membership && transport) this.markReading(membership, transport)
    return new ReaderConnection(membership, this.#observer(), this.#endUse)
  }

  /** The member reads by this transport from now on. */
  markReading(membership: Membership, transport: TransportName): void {
    this.#members.markReading(membership, transport)
  }

  /** @throws DomainError `invalid`, `name-taken`, `renames-used` */
  async rename(membership: Membership, name: string): Promise<Member> {
    if (name === membership.member.name) return membership.member
    checkName(name)
    return this.#members.rename(membership, name)
  }

  /**
   * Appends a draft to the log, once, however often it is posted. A close command ends the membership instead, and is acknowledged
   * with the seq of `left`.
   *
   * @throws DomainError `unknown-member` if `to` is not here, `id-taken` if this id belongs to another message
   */
  async post(membership: Membership, draft: Draft): Promise<{ ack: Ack; isNew: boolean }> {
    const text = draft.text.toWellFormed()
    if (isCloseCommand({ text })) {
      return { ack: { id: draft.id, seq: await this.#members.endMembership(membership, 'closed') }, isNew: true }
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
    await this.#members.endMembership(membership, 'asked')
  }

  /** Leaves after `graceMs`, unless a server hears from the member before, or has a connection of it then. */
  async leaveLater(membership: Membership, graceMs: number): Promise<void> {
    await this.#members.endMembershipLater(membership, graceMs)
  }

  /** Ends all waits of readers. */
  close(): void {
    this.log.close()
    this.#members.close()
    this.#stored.close()
  }

  async #append(membership: Membership, { id, text, to: toId }: Draft): Promise<Appended> {
    const entry = { type: 'message', id, from: membership.author, text } as const
    if (toId === undefined) return this.#stored.append(membership, entry)
    const to = await this.#members.findMember(toId)
    if (to) return this.#stored.append(membership, { ...entry, to })
    // This may be a retry of a draft that was stored before that member left.
    const known = await this.log.find(id)
    if (known) return { event: known, isNew: false }
    throw new DomainError('unknown-member', 'the member that this is for is not here', { field: 'to' })
  }

  /** Invents another name if a member at another server takes the first one at the same time. */
  async #addWithInventedName(
    acceptLanguage: string | undefined,
    tokenDigest: string,
    flags: Pick<Member, 'quiet' | 'bot'>,
  ): Promise<AddedMember> {
    for (;;) {
      const name = inventName(acceptLanguage, (candidate) => this.#members.hasName(candidate))
      try {
        return await this.#members.addMember({ id: newMemberId(), name, ...flags }, tokenDigest)
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'name-taken')) throw error
      }
    }
  }
}
