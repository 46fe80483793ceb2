import { RoomMember } from '../client/room-member.ts'
import type { Membership, RoomMemberOptions } from '../client/room-member-options.ts'
import type { SessionState } from '../client/session-state.ts'
import { ConnectionError, ProblemError } from '../client/transports/transport.ts'
import {
  TRANSPORTS,
  type Ack,
  type Cursor,
  type Draft,
  type Member,
  type Problem,
  type TransportName,
} from '../protocol.ts'
import { Unread, type RoomItem } from './unread.ts'

const ignore = () => undefined

interface Sending {
  resolve: (ack: Ack) => void
  reject: (reason: Error) => void
}

export interface ClientCallbacks {
  /** Called for each change of the connection: connecting, open, waiting (with the ms until the next attempt), closed. */
  onState?: (state: SessionState) => void
  /** Called when the server does not take a text yet, because the member posts too fast. The text is sent again after `retryMs`. */
  onPostponed?: (text: string, retryMs: number) => void
  /**
   * Called after it has joined again, as `member`: a restarted server did not know it any more (`why.status` 401), or it was away for
   * longer than its lease (`why.reason` is `lease`). It keeps its name unless another member has taken the name, and continues at its
   * cursor.
   */
  onRejoined?: (member: Member, why: Problem) => void
}

/**
 * A member of a room. Its events wait here until they are read, whatever the transport. It joins again after an end that it did
 * not ask for.
 */
export class Client implements AsyncIterable<RoomItem> {
  readonly #joined: Membership
  readonly #roomMember: RoomMember
  readonly #unread: Unread
  /** By draft id: the promise of its acknowledgement. */
  readonly #sending = new Map<string, Sending>()
  readonly #onState: (state: SessionState) => void
  readonly #waiting: (() => void)[] = []
  #closing: Promise<void> | null = null

  constructor(
    options: Pick<RoomMemberOptions, 'net' | 'room' | 'transport' | 'tuning'>,
    joined: Membership,
    maxPending: number,
    { onState = ignore, onPostponed = ignore, onRejoined = ignore }: ClientCallbacks = {},
  ) {
    this.#unread = new Unread(maxPending)
    this.#onState = onState
    this.#joined = joined
    let ended: Problem | null = null
    this.#roomMember = new RoomMember({
      ...options,
      resume: joined,
      rejoin: 'when-forgotten',
      observer: {
        joined: ({ member }) => {
          if (ended) onRejoined(member, ended)
          ended = null
        },
        ended: (problem) => (ended = problem),
        events: (events, isReset) => {
          this.#unread.add(events, isReset)
          this.#wake()
        },
        acknowledged: (draft, ack) => this.#settle(draft, ({ resolve }) => resolve(ack)),
        refused: (draft, problem) => this.#settle(draft, ({ reject }) => reject(new ProblemError(problem))),
        postponed: ({ text }, retryMs) => onPostponed(text, retryMs),
        state: (state) => this.#setState(state),
      },
    })
  }

  /** The member as the room knows it. */
  get member(): Member {
    return this.#roomMember.member ?? this.#joined.member
  }
  /** Members by id, as far as they are known. */
  get roster(): ReadonlyMap<string, Member> {
    return this.#roomMember.roster
  }
  get transport(): TransportName {
    return this.#roomMember.transport
  }
  /** The position that was received last: `join` with this cursor continues there. null before the first events. */
  get cursor(): Cursor | null {
    return this.#roomMember.cursor
  }
  /** The number of items that wait to be read. */
  get pending(): number {
    return this.#unread.size
  }

  /** The oldest unread item, or null. Does not wait. */
  read(): RoomItem | null {
    return this.#unread.next()
  }

  /**
   * Settles with true once there is an item to read; with false once everything is read and `close` was called. Rejects
   * with ProblemError when everything is read and this member has left by its own request: `/close`, or another connection.
   */
  async wait(): Promise<boolean> {
    while (this.pending === 0) {
      const { state } = this.#roomMember
      if (state.name !== 'closed') await this.#waitForChange()
      else if (state.problem) throw new ProblemError(state.problem)
      else return false
    }
    return true
  }

  /** Items as they arrive, until `close`; throws as `wait` does. After leaving the loop, reading can continue later. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RoomItem, void, undefined> {
    while (await this.wait()) {
      const item = this.read()
      if (item) yield item
    }
  }

  /**
   * Sends a text to all members, or to one member only: 1 to 2000 characters. Settles with its position once it is in the room's
   * log, however often the connection breaks before. Rejects with ProblemError when the server refuses it (400 an invalid text,
   * 404 `to` is not in the room) or has ended this member, with ConnectionError when `close` came first.
   */
  send(text: string, to?: Member): Promise<Ack> {
    if (this.#roomMember.state.name === 'closed') return Promise.reject(closedError(this.#roomMember.state))
    return new Promise((resolve, reject) => {
      this.#sending.set(this.#roomMember.send(text, to).id, { resolve, reject })
    })
  }

  /** Continues over another transport: no event is lost or repeated. Throws RangeError for an unknown name. */
  use(transport: TransportName): void {
    checkTransport(transport)
    this.#roomMember.use(transport)
  }

  /**
   * Leaves the room. Drafts sent before are still delivered, as long as there is a connection. Rejects with ConnectionError
   * when the server cannot be reached: the member then stays until its lease is over.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    const isConnected = () => ['connecting', 'open'].includes(this.#roomMember.state.name)
    while (this.#sending.size > 0 && isConnected()) await this.#waitForChange()
    if (this.#roomMember.state.name === 'closed') return
    await this.#roomMember.leave().catch((error: unknown) => {
      if (!(error instanceof ProblemError && error.isFinal)) throw error
    })
  }

  #settle({ id }: Draft, settle: (sending: Sending) => void): void {
    const sending = this.#sending.get(id)
    this.#sending.delete(id)
    if (sending) settle(sending)
    this.#wake()
  }

  #setState(state: SessionState): void {
    if (state.name === 'closed') {
      for (const { reject } of this.#sending.values()) reject(closedError(state))
      this.#sending.clear()
    }
    this.#onState(state)
    this.#wake()
  }

  /** Settles at the next event, settled draft or change of state. */
  #waitForChange(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function closedError(state: SessionState): Error {
  if (state.name === 'closed' && state.problem) return new ProblemError(state.problem)
  return new ConnectionError('closed before this was acknowledged')
}

/** @throws RangeError for an unknown name */
export function checkTransport(name: string): void {
  if (!(TRANSPORTS as readonly string[]).includes(name)) {
    throw new RangeError(`transport is one of ${TRANSPORTS.join(', ')}, not ${name}`)
  }
}
