import type { LeftReason, Member } from '../../protocol.ts'
import type { RoomObserver } from '../log/delivery-observer.ts'
import { SmallSet } from '../log/small-set.ts'
import type { Reader } from '../log/subscription.ts'

/** Learns when a member connects and disconnects: its lease does not run while a connection is open. */
export interface Presence {
  connected(membership: Membership): void
  /** The last connection has ended: the lease begins. */
  disconnected(membership: Membership): void
}

/** A held poll of a member. */
export interface HeldPoll {
  /** A newer poll of the member is held: this one is answered. */
  replace(): void
}

/** A member of a room, with its connections to this server. */
export class Membership {
  readonly tokenDigest: string
  #member: Member
  #author: Member
  readonly #connections = new SmallSet<ReaderConnection>()
  readonly #presence: Presence | null
  #isEnded = false
  #endReason: LeftReason | undefined
  /** Number of requests and sockets of the member so far. */
  contacts = 0
  /** When the last connection ended, by performance.now(). */
  heardAt = performance.now()
  /** When the member last sent a request or a pong, by performance.now(). That a stream takes bytes is no sign of it. */
  lastSignAt = performance.now()
  #heldPoll: HeldPoll | null = null

  constructor(member: Member, tokenDigest: string, presence: Presence | null = null) {
    this.#member = member
    this.#author = authorOf(member)
    this.tokenDigest = tokenDigest
    this.#presence = presence
  }

  get member(): Member {
    return this.#member
  }
  /** The member as its messages name it. The flags stand in the roster, and not in each message. */
  get author(): Member {
    return this.#author
  }
  get isEnded(): boolean {
    return this.#isEnded
  }
  /** Requests and sockets of the member at this server. */
  get connectionCount(): number {
    return this.#connections.size
  }
  /** Why the membership has ended, if this server knows it. */
  get endReason(): LeftReason | undefined {
    return this.#endReason
  }
  get isConnected(): boolean {
    return this.#connections.size > 0
  }

  rename(name: string): void {
    this.#member = { ...this.#member, name }
    this.#author = authorOf(this.#member)
  }

  connected(connection: ReaderConnection): void {
    this.#connections.add(connection)
    this.contacts += 1
    this.lastSignAt = performance.now()
    this.#presence?.connected(this)
  }

  disconnected(connection: ReaderConnection): void {
    this.#connections.delete(connection)
    if (this.#connections.size > 0 || this.#isEnded) return
    this.heardAt = performance.now()
    this.#presence?.disconnected(this)
  }

  /** The member sent a request or a pong. */
  markSign(): void {
    this.lastSignAt = performance.now()
  }

  /** Only one poll of a member is held at this server: the older one is answered. */
  pollHeld(poll: HeldPoll): void {
    const older = this.#heldPoll
    this.#heldPoll = poll
    older?.replace()
  }

  pollAnswered(poll: HeldPoll): void {
    if (this.#heldPoll === poll) this.#heldPoll = null
  }

  /** Ends every connection. The member can neither read nor post any more. */
  end(reason?: LeftReason): void {
    this.#isEnded = true
    this.#endReason = reason
    for (const connection of this.#connections.toArray()) connection.end()
  }
}

const authorOf = ({ id, name }: Member): Member => ({ id, name })

/** A request or socket that reads a room: a held poll, a stream, a WebSocket. Either side can end it, once. */
export class ReaderConnection implements Reader {
  /** null for a reader without a token. */
  readonly membership: Membership | null
  readonly memberId: string | null
  readonly observer: RoomObserver | undefined
  readonly #onEnd: () => void
  #isOver = false
  endListener: { readerEnded(): void } | null = null

  constructor(membership: Membership | null, observer: RoomObserver | undefined, onEnd: () => void) {
    this.membership = membership
    this.memberId = membership?.member.id ?? null
    this.observer = observer
    this.#onEnd = onEnd
    membership?.connected(this)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.endListener?.readerEnded()
    this.membership?.disconnected(this)
    this.#onEnd()
  }
}
