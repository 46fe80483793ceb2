/**
 * One membership in a room, over the chosen transport, which can be switched.
 *
 *                    use(), tune()
 *              ┌───────────────────────┐
 *              ▼                       │
 *   ──▶ connecting ──answered──▶ open ─┤
 *        │     ▲                  │    │
 *        │     └──time, retry()───┤    │
 *        └──broken──▶ waiting ◀────────┘
 *
 *   any ──401, 410, close()──▶ closed
 *
 * The session owns the only cursor. Batches count only while their connection is the current one, and a switch aborts the old
 * connection before it opens the new one at the same cursor: so no event is lost or delivered twice.
 */
import type { Batch, Cursor, Draft, Member, Problem, TransportName } from '../protocol.ts'
import { RosterSync } from './roster-sync.ts'
import { backoffMs } from './backoff.ts'
import { keepLease } from './lease.ts'
import { readRoster, renewLease } from './members.ts'
import { draftOf, Outbox } from './outbox.ts'
import { expectAnswer, OBSTACLES } from './obstacles.ts'
import type { Roster } from './roster.ts'
import type { SessionObserver, SessionOptions } from './session-options.ts'
import { waitingState, type SessionState } from './session-state.ts'
import { sleep } from './transports/time.ts'
import {
  DEFAULT_TUNING,
  affectsConnection,
  ConnectionError,
  ProblemError,
  type ClientTransport,
  type TransportTuning,
  type Net,
} from './transports/transport.ts'
import { transports } from './transports/index.ts'

/** Attempts without an open connection after which the way of a transport is examined. */
const ATTEMPTS_TO_EXAMINE = 3
/** Heartbeats: the silence of a connection that a sleep may have cut, when the user is back. */
const SUSPECT_AFTER_HEARTBEATS = 1.5

/** The reason with which a connection is aborted when another replaces it. */
const REPLACED = new ConnectionError('another connection replaces this one')

export class Session {
  readonly #room: string
  readonly #token: string
  readonly #heartbeatMs: number | undefined
  #net: Net
  readonly #observer: SessionObserver
  #member: Member
  #transport: TransportName
  #tuning: TransportTuning
  #cursor: Cursor | null
  #lastSeq = 0
  readonly #rosterSync: RosterSync
  readonly #outbox: Outbox
  #state: SessionState = { name: 'connecting' }
  #connectionAbort = new AbortController()
  #attempts = 0
  /** A connection by this transport over this network has been open. */
  #hasBeenOpen = false
  /** When data arrived last, by the clock that goes on while the machine sleeps. */
  #heardAt = 0

  constructor(options: SessionOptions) {
    this.#room = options.room
    this.#token = options.token
    this.#heartbeatMs = options.heartbeatMs
    this.#net = options.net
    this.#observer = options.observer ?? {}
    this.#member = options.member
    this.#transport = options.transport
    this.#tuning = { ...DEFAULT_TUNING, ...options.tuning }
    this.#cursor = options.cursor ?? null
    this.#outbox = options.outbox ?? new Outbox([], this.#observer)
    this.#rosterSync = new RosterSync(
      () => readRoster(this.#net, this.#room),
      (roster) => this.#setRoster(roster),
    )
    void this.#run()
  }

  get member(): Member {
    return this.#member
  }
  get transport(): TransportName {
    return this.#transport
  }
  get cursor(): Cursor | null {
    return this.#cursor
  }
  get roster(): Roster {
    return this.#rosterSync.roster
  }
  get state(): SessionState {
    return this.#state
  }
  get outbox(): readonly Draft[] {
    return this.#outbox.drafts
  }

  /** Continues over another transport, at the same cursor. */
  use(transport: TransportName): void {
    if (transport === this.#transport) return
    this.#transport = transport
    this.#hasBeenOpen = false
    this.#connectionAbort.abort(REPLACED)
  }

  /** Continues with other tuning, at once and at the same cursor. A connection that the change does not affect stays open. */
  tune(tuning: Partial<TransportTuning>): void {
    const before = this.#tuning
    this.#tuning = { ...before, ...tuning }
    if (affectsConnection(transports[this.#transport], before, this.#tuning)) this.#connectionAbort.abort(REPLACED)
  }

  /** Continues over another network to the same server, at the same cursor. */
  connectOver(net: Net): void {
    this.#net = net
    this.#hasBeenOpen = false
    this.#connectionAbort.abort(REPLACED)
  }

  /** Tries to connect now instead of after the wait. */
  retry(): void {
    if (this.#state.name === 'waiting') this.#connectionAbort.abort(REPLACED)
  }

  /** The network is another one: connections of the former network are dead, whether or not they show it. */
  reconnect(): void {
    this.#connectionAbort.abort(REPLACED)
  }

  /** The user is back, perhaps after a sleep: tries to connect now, and replaces a connection that is silent for too long. */
  wake(): void {
    const isStreaming = transports[this.#transport].mode === 'streaming'
    const limitMs = SUSPECT_AFTER_HEARTBEATS * (this.#heartbeatMs ?? Number.POSITIVE_INFINITY)
    if (this.#state.name === 'open' && isStreaming && Date.now() - this.#heardAt > limitMs) this.reconnect()
    else this.retry()
  }

  /** Puts a draft into the outbox, and returns it. The draft is sent until it is acknowledged. */
  send(text: string, to?: Member): Draft {
    const draft = draftOf(text, to)
    this.#outbox.add(draft)
    return draft
  }

  /** Closes the connection without a request to the server: the member stays until its lease is over. */
  close(): void {
    this.#end()
  }

  /** One pass for each connection: it opens, delivers batches, and breaks or is replaced. */
  async #run(): Promise<void> {
    while (this.#state.name !== 'closed') {
      this.#connectionAbort = new AbortController()
      const { signal } = this.#connectionAbort
      try {
        this.#setState({ name: 'connecting' })
        await this.#receive(signal)
      } catch (error) {
        if (signal.aborted) continue
        // The outbox must not wait for an acknowledgement on this connection.
        this.#connectionAbort.abort(error)
        if (error instanceof ProblemError && !error.isTransient) this.#end(await this.#problemByToken(error))
        else await this.#waitToRetry(error)
      }
    }
  }

  async #receive(signal: AbortSignal): Promise<void> {
    const { open, isSpectator, carrier, mode } = transports[this.#transport]
    if (carrier === 'HTTP' && mode !== 'interval') this.#net.sharedConnections?.hold(signal)
    // A connection without a token does not renew the lease.
    if (isSpectator) void this.#endWithMember(signal, keepLease(this.#net, this.#room, this.#token, signal))
    const connection = open({
      net: this.#net,
      room: this.#room,
      token: this.#token,
      memberId: this.#member.id,
      heartbeatMs: this.#heartbeatMs,
      onHeard: () => (this.#heardAt = Date.now()),
      tuning: this.#tuning,
    })
    let isOpen = false
    const opened = this.#expectAnswer(signal)
    const onOpen = () => {
      opened()
      if (isOpen || signal.aborted) return
      isOpen = true
      this.#hasBeenOpen = true
      this.#attempts = 0
      this.#heardAt = Date.now()
      this.#setState({ name: 'open' })
      void this.#endWithMember(signal, this.#outbox.sendOver(this.#watched(connection), signal))
      this.#rosterSync.opened()
    }
    for await (const batch of connection.receive(this.#cursor, signal, onOpen)) {
      if (signal.aborted) return
      this.#accept(batch)
    }
    throw new ConnectionError('the connection ended')
  }

  #accept(batch: Batch): void {
    const isReset = batch.reset === true
    if (isReset) {
      this.#lastSeq = 0
      this.#rosterSync.reset()
    }
    // Events that a connection repeats are dropped here; missing events could not be repaired.
    const events = batch.events.filter((event) => event.seq > this.#lastSeq)
    this.#lastSeq = events.at(-1)?.seq ?? this.#lastSeq
    this.#cursor = batch.cursor
    this.#rosterSync.apply(events)
    if (events.length > 0 || isReset) this.#observer.events?.(events, isReset)
  }

  /**
   * A connection without a token learns of its member's end by the member's id. By the id alone, a restarted server takes a
   * member that it does not know for one that has left; by the token it can tell.
   */
  async #problemByToken(error: ProblemError): Promise<Problem> {
    if (!transports[this.#transport].isSpectator) return error.problem
    const answer: unknown = await renewLease(this.#net, this.#room, this.#token).catch((error: unknown) => error)
    return answer instanceof ProblemError && answer.isFinal ? answer.problem : error.problem
  }

  /** Work beside the connection: if it finds that the membership has ended, the session ends. */
  async #endWithMember(signal: AbortSignal, work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      if (!signal.aborted && error instanceof ProblemError) this.#end(error.problem)
    })
  }

  /** Waits until the next attempt; `use`, `tune` and `retry` end the wait. */
  async #waitToRetry(error: unknown): Promise<void> {
    const retryMs = backoffMs(this.#attempts++, error)
    const { signal } = (this.#connectionAbort = new AbortController())
    const obstacle = await this.#examineWay(signal)
    if (signal.aborted) return
    const state = waitingState(retryMs, error, !this.#hasBeenOpen)
    this.#setState(obstacle ? { ...state, obstacle, why: `${OBSTACLES[obstacle]} (${state.why})` } : state)
    await sleep(retryMs, signal).catch(() => undefined)
  }

  /** Why a transport that was never open does not get through, while the server answers other requests; else null. */
  async #examineWay(signal: AbortSignal): Promise<keyof typeof OBSTACLES | null> {
    const { carrier, mode } = transports[this.#transport]
    if (this.#hasBeenOpen || this.#attempts < ATTEMPTS_TO_EXAMINE || mode !== 'streaming') return null
    const answer = await renewLease(this.#net, this.#room, this.#token, signal).catch(() => null)
    return answer && (carrier === 'WebSocket' ? 'no-websocket' : 'no-stream')
  }

  /** The same connection. A draft without an answer for some time shows the obstacle, until there is an answer. */
  #watched(connection: ClientTransport): ClientTransport {
    return {
      receive: (...args) => connection.receive(...args),
      send: (draft, signal) => connection.send(draft, signal).finally(this.#expectAnswer(signal)),
    }
  }

  /** Begins to wait for an answer. @returns a function to call when the answer is there */
  #expectAnswer(signal: AbortSignal): () => void {
    return expectAnswer({
      signal,
      areConnectionsInUse: async () => (await this.#net.sharedConnections?.areAllInUse()) ?? false,
      blocked: () => {
        const { name } = this.#state
        if (name === 'connecting' || name === 'open') this.#setState({ name, obstacle: 'connections-in-use' })
      },
      answered: () => {
        if (this.#state.name === 'open' && this.#state.obstacle) this.#setState({ name: 'open' })
      },
    })
  }

  #setRoster(roster: Roster): void {
    if (this.#state.name === 'closed') return
    this.#member = roster.get(this.#member.id) ?? this.#member
    this.#observer.roster?.(roster)
  }

  #end(problem?: Problem): void {
    if (this.#state.name === 'closed') return
    this.#setState({ name: 'closed', ...(problem ? { problem } : {}) })
    this.#connectionAbort.abort(REPLACED)
  }

  #setState(state: SessionState): void {
    // `close` is called from outside, between two steps of a connection: no state follows `closed`.
    if (this.#state.name === 'closed') return
    this.#state = state
    this.#observer.state?.(state)
  }
}
