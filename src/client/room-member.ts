/**
 * A member of a room: the page, a column of the comparison, a bot, a program.
 *
 *   ──▶ joining ──let in──▶ following ──401, 410──▶ ended ──policy: no──▶ closed
 *          ▲  │                 ▲                     │                    ▲ │
 *          │  └──refused────────┼─────────────────────┼────────────────────┘ │
 *          │                    └── resume            │                      │
 *          └──────────────◀──policy: yes──────────────┴──◀──rejoin()─────────┘
 *
 *   any ──leave()──▶ closed, for good
 *
 * Each join begins a membership: a member id, a token, and a session that follows the room with them. The outbox outlives
 * memberships: a draft that one could not send is sent in the next, with the same id.
 */
import { isCloseCommand, type Cursor, type Draft, type Member, type Problem, type TransportName } from '../protocol.ts'
import { joinWithRetry } from './join-with-retry.ts'
import { leave, rename } from './members.ts'
import { draftOf, Outbox } from './outbox.ts'
import { RejoinPolicy } from './rejoin-policy.ts'
import { rosterOf, type Roster } from './roster.ts'
import type { Arrival, Membership, RoomMemberObserver, RoomMemberOptions } from './room-member-options.ts'
import { Session } from './session.ts'
import { waitingState, type SessionState } from './session-state.ts'
import { sleep } from './transports/time.ts'
import { ProblemError, type TransportTuning, type Net } from './transports/transport.ts'

export class RoomMember {
  readonly #options: RoomMemberOptions
  #observer: RoomMemberObserver
  readonly #outbox: Outbox
  readonly #policy: RejoinPolicy
  /** How its sessions connect, the current one and later ones. */
  readonly #connection: { net: Net; transport: TransportName; tuning: Partial<TransportTuning> }
  #member: Member | null = null
  #token: string | null = null
  #roster: Roster = new Map()
  #cursor: Cursor | null = null
  #state: SessionState = { name: 'connecting' }
  /** null between two memberships. */
  #session: Session | null = null
  #joining: Promise<void> = Promise.resolve()
  #retryPause = new AbortController()
  readonly #left = new AbortController()

  constructor(options: RoomMemberOptions) {
    this.#options = options
    this.#observer = options.observer ?? {}
    this.#outbox = new Outbox(options.drafts ?? [], {
      outbox: (drafts) => this.#observer.outbox?.(drafts),
      acknowledged: (draft, ack) => this.#observer.acknowledged?.(draft, ack),
      refused: (draft, problem) => this.#observer.refused?.(draft, problem),
      postponed: (draft, retryMs, problem) => this.#observer.postponed?.(draft, retryMs, problem),
    })
    this.#policy = new RejoinPolicy(options.rejoin)
    const { net, connectionNet = net, transport, tuning: tuning = {} } = options
    this.#connection = { net: connectionNet, transport, tuning }
    if (options.resume) this.#follow(options.resume, 'resumed')
    else this.#joining = this.#join('joined')
  }

  /** The member as the room knows it, or knew it last; null before it has joined. */
  get member(): Member | null {
    return this.#member
  }
  /** null while it is not in the room. */
  get token(): string | null {
    return this.#token
  }
  get roster(): Roster {
    return this.#roster
  }
  get transport(): TransportName {
    return this.#connection.transport
  }
  get cursor(): Cursor | null {
    return this.#session?.cursor ?? this.#cursor
  }
  get state(): SessionState {
    return this.#state
  }
  /** Drafts that are not acknowledged yet, oldest first. */
  get outbox(): readonly Draft[] {
    return this.#outbox.drafts
  }
  /** It has sent a close command: the member itself asked for the end of this membership. */
  get isEndAsked(): boolean {
    return this.#policy.isEndAsked
  }

  /** Settles when the attempts to join are over: true if it has joined, false if it was refused or has left. */
  async waitUntilJoined(): Promise<boolean> {
    await this.#joining
    return this.#token !== null
  }

  /** Continues over another transport, at the same cursor. */
  use(transport: TransportName): void {
    this.#connection.transport = transport
    this.#session?.use(transport)
  }

  /** Continues with another interval or hold, at the same cursor. */
  tune(tuning: Partial<TransportTuning>): void {
    this.#connection.tuning = { ...this.#connection.tuning, ...tuning }
    this.#session?.tune(tuning)
  }

  /** Continues over another network to the same server, at the same cursor. */
  connectOver(net: Net): void {
    this.#connection.net = net
    this.#session?.connectOver(net)
  }

  /** Puts a draft into the outbox, and returns it. The draft is sent until it is acknowledged; between two memberships it waits. */
  send(text: string, to?: Member): Draft {
    const draft = draftOf(text, to)
    if (this.#token !== null && isCloseCommand(draft)) this.#policy.isEndAsked = true
    this.#outbox.add(draft)
    return draft
  }

  /** Changes the name. Throws ProblemError: 401 between two memberships, 409 when the name is taken or the renames are used up. */
  async rename(name: string): Promise<Member> {
    const { net, room } = this.#options
    const renamed = await rename(net, room, this.#token, name)
    if (this.#member?.id === renamed.id) this.#member = renamed
    return renamed
  }

  /** Tries to connect now instead of after the wait. */
  retry(): void {
    this.#retryPause.abort()
    this.#session?.retry()
  }

  /** The network is another one: connects again, since connections of the former network are dead. */
  reconnect(): void {
    this.#retryPause.abort()
    this.#session?.reconnect()
  }

  /** The user is back, perhaps after a sleep: tries to connect now, and replaces a connection that is silent for too long. */
  wake(): void {
    this.#retryPause.abort()
    this.#session?.wake()
  }

  /** Joins again after the server has refused it or ended its membership, whatever the policy. */
  rejoin(): void {
    if (this.#state.name !== 'closed' || this.#left.signal.aborted) return
    this.#policy.isEndAsked = false
    this.#joining = this.#join('joined')
  }

  /**
   * Leaves the room for good. Settles when the server has confirmed it. Rejects with ConnectionError or ProblemError when the
   * server cannot be reached or refuses: the member then stays until its lease is over.
   */
  async leave(): Promise<void> {
    if (this.#left.signal.aborted) return
    const { net, room } = this.#options
    const token = this.#token
    this.#endMembership()
    this.#setState({ name: 'closed' })
    this.#observer = {}
    this.#left.abort()
    this.#retryPause.abort()
    if (token !== null) await leave(net, room, token)
    else await this.#joining
  }

  async #join(arrival: Arrival): Promise<void> {
    this.#setState({ name: 'connecting' })
    const { net, room, language, history = false, quiet, bot } = this.#options
    const name = this.#member?.name ?? this.#options.name
    const wanted = { name, language: language?.(), quiet, bot }
    const wait = (retryMs: number, error: unknown) => this.#waitToRetry(retryMs, error)
    const joined = await joinWithRetry(net, room, wanted, wait, this.#left.signal).catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error
      this.#setState({ name: 'closed', problem: error.problem })
      return null
    })
    if (!joined) return
    this.#follow({ ...joined, cursor: this.#cursor ?? (history ? null : joined.cursor) }, arrival)
    this.#setRoster(rosterOf(joined.roster))
  }

  async #waitToRetry(retryMs: number, error: unknown): Promise<void> {
    this.#retryPause = new AbortController()
    this.#setState(waitingState(retryMs, error, this.#member === null))
    await sleep(retryMs, this.#retryPause.signal).catch(() => undefined)
    this.#setState({ name: 'connecting' })
  }

  #follow(membership: Membership, arrival: Arrival): void {
    const { member, token, cursor = null, heartbeatMs } = membership
    this.#member = member
    this.#token = token
    this.#cursor = cursor
    this.#policy.began(this.outbox.some(isCloseCommand))
    // Events of a former membership's session are not passed on.
    const isCurrent = () => this.#token === token
    this.#observer.joined?.(membership, arrival)
    // The observer may have left.
    if (!isCurrent()) return
    this.#session = new Session({
      ...this.#connection,
      room: this.#options.room,
      member,
      token,
      heartbeatMs,
      cursor,
      outbox: this.#outbox,
      observer: {
        state: (state) => {
          if (!isCurrent()) return
          if (state.name === 'closed' && state.problem) this.#ended(state.problem)
          else this.#setState(state)
        },
        events: (events, isReset) => {
          if (!isCurrent()) return
          this.#policy.heard()
          this.#observer.events?.(events, isReset)
        },
        roster: (roster) => {
          if (isCurrent()) this.#setRoster(roster)
        },
      },
    })
  }

  #ended(problem: Problem): void {
    this.#endMembership()
    this.#outbox.dropCloseCommands()
    this.#observer.ended?.(problem)
    if (this.#left.signal.aborted) return
    const arrival = this.#policy.hasHeard ? 'rejoined' : 'joined'
    const pauseMs = this.#policy.ended(problem)
    if (pauseMs === null) this.#setState({ name: 'closed', problem })
    else this.#joining = this.#joinAfter(pauseMs, problem, arrival)
  }

  async #joinAfter(pauseMs: number, problem: Problem, arrival: Arrival): Promise<void> {
    if (pauseMs > 0) await this.#waitToRetry(pauseMs, new ProblemError(problem))
    await this.#join(arrival)
  }

  /** Closes the session without a request to the server. */
  #endMembership(): void {
    this.#cursor = this.cursor
    this.#token = null
    this.#session?.close()
    this.#session = null
  }

  #setRoster(roster: Roster): void {
    this.#roster = roster
    this.#member = (this.#member && roster.get(this.#member.id)) ?? this.#member
    this.#observer.roster?.(roster)
  }

  #setState(state: SessionState): void {
    if (this.#left.signal.aborted) return
    this.#state = state
    this.#observer.state?.(state)
  }
}
