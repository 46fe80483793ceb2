import { signal, type Signal } from '@preact/signals'
import { type AboutLink, type Cursor, type Member, type Problem, type TransportName } from '../protocol.ts'
import { leave } from '../client/members.ts'
import { rosterOf, type Roster } from '../client/roster.ts'
import { draftOf } from '../client/outbox.ts'
import type { SessionState } from '../client/session.ts'
import { heeds, ProblemError, type Knobs, type Net } from '../client/transport.ts'
import { transports } from '../client/transports/index.ts'
import type { ClockReading } from './clock.ts'
import { Composer } from './composer.ts'
import { Drafts, isCloseCommand } from './drafts.ts'
import { enter, takeName } from './entrance.ts'
import { Gauges } from './gauges.ts'
import { History } from './history.ts'
import { Life } from './life.ts'
import { DIRECT } from './links.ts'
import { over } from './net.ts'
import { Reception } from './reception.ts'
import { Returning } from './returning.ts'
import { Self } from './self.ts'
import { Standing } from './standing.ts'
import { SocketWatch } from './wire/socket-watch.ts'
import type { Route, Turn } from './turn.ts'
import { traceNet } from './wire/tracing-net.ts'
import { Wire } from './wire/wire.ts'

export interface StayOptions {
  net: Net
  room: string
  knobs: Knobs
  /** Of the name that the server invents. */
  language: () => string
}

/** For how long the server waits, after this page is gone, for it to come back: a reload is not leaving. */
const RELOAD_GRACE_MS = 1500

/**
 * A tab's stay in a room: it joins or comes back, follows the room over the transport that is chosen, joins anew when the
 * server has forgotten it, and leaves. In all that it may be several members, one life after the other.
 */
export class Stay {
  readonly room: string
  readonly history = new History()
  readonly standing = new Standing((note) => this.history.note(note))
  readonly self: Self
  readonly gauges: Gauges
  readonly wire = new Wire()
  readonly socket = new SocketWatch()
  readonly composer: Composer
  readonly transport: Signal<TransportName>
  readonly knobs: Signal<Knobs>
  /** The emulated network that the line goes over; null for none. */
  readonly link = signal<AboutLink | null>(null)
  readonly roster = signal<Roster>(new Map())
  readonly cursor = signal<Cursor | null>(null)
  readonly #options: StayOptions
  readonly #net: Net
  readonly #reception: Reception
  readonly #drafts: Drafts
  readonly #over = new AbortController()
  #life: Life | null = null
  readonly #returning = new Returning()

  constructor(options: StayOptions) {
    this.#options = options
    this.#net = traceNet(options.net, {
      began: (sighting) => this.wire.began(sighting),
      socket: (socket) => this.socket.watch(socket),
    })
    this.room = options.room
    this.self = new Self(this.room)
    const { transport, text } = this.self.kept
    this.transport = signal(transport)
    this.knobs = signal(options.knobs)
    this.gauges = new Gauges(transport)
    this.composer = new Composer(text, (written) => this.self.keep({ text: written }))
    this.#reception = new Reception(this.history, this.gauges, () => this.clockReading)
    this.#drafts = new Drafts({
      history: this.history,
      self: this.self,
      composer: this.composer,
      roster: () => this.roster.peek(),
      isSpectator: () => transports[this.transport.peek()].isSpectator === true,
    })
    void this.#begin()
  }

  /** How the server's clock stands to ours, and how well that is known. */
  get clockReading(): ClockReading | null {
    return this.#life?.meterLine.clock.reading ?? null
  }

  use(to: TransportName): void {
    const from = this.transport.peek()
    if (to === from) return
    const { profile } = this.#route
    this.transport.value = to
    this.#turned({ from: { transport: from, profile }, to: this.#route })
    this.self.keep({ transport: to })
    this.#life?.session.use(to)
  }

  set(knobs: Partial<Knobs>): void {
    const was = this.knobs.peek()
    this.knobs.value = { ...was, ...knobs }
    const transport = this.transport.peek()
    if (heeds(transports[transport], was, this.knobs.peek())) this.gauges.turned(transport)
    this.#life?.session.set(knobs)
  }

  /** Goes on over a link, or over none. */
  reach(link: AboutLink | null): void {
    if (link?.port === this.link.peek()?.port) return
    const from = this.#route
    this.link.value = link
    // A server that was started anew has the same links at other ports.
    if (this.#route.profile !== from.profile) this.#turned({ from, to: this.#route })
    this.#life?.session.reach(over(this.#net, link))
  }

  /** Sends what stands in the composer; on the way back into the room it is kept, and sent on arrival. */
  say(): void {
    if (this.self.member.peek() === null || this.standing.status.peek().name === 'ended') return
    const taken = this.composer.take(this.roster.peek())
    if (!taken) return
    const session = this.#life?.session
    if (session && session.state.name !== 'closed') {
      if (isCloseCommand(taken)) this.#returning.isEndAsked = true
      this.history.pend(session.send(taken.text, taken.to))
    } else {
      const draft = draftOf(taken.text, taken.to)
      this.self.keep({ drafts: [...this.self.kept.drafts, draft] })
      this.history.pend(draft)
    }
  }

  /** @returns why not, or null when the name is changed */
  async rename(name: string): Promise<Problem | null> {
    const { token } = this.self.kept
    if (token === null) return null
    const answer = await takeName(this.#options.net, this.room, token, name)
    if ('status' in answer) return answer
    this.self.met(answer)
    return null
  }

  /** Tries again now, instead of when the wait is over. */
  retry(): void {
    this.standing.retry()
    this.#life?.session.retry()
  }

  /** Comes in again after it was ended, under the same name if that is free. */
  rejoin(): void {
    if (this.standing.status.peek().name !== 'ended') return
    this.#returning.asked()
    this.#return()
  }

  /** Leaves for good. The name is remembered. */
  leave(): void {
    const { token } = this.self.kept
    this.#over.abort()
    this.#life?.end()
    this.standing.release()
    this.self.keep({ token: null })
    if (token !== null) leave(this.#options.net, this.room, token).catch(() => undefined)
  }

  /** The page goes away; whether it is closed or reloaded it cannot tell. The server waits a moment for it. */
  hide(): void {
    const { token } = this.self.kept
    if (token !== null) leave(this.#options.net, this.room, token, RELOAD_GRACE_MS).catch(() => undefined)
  }

  get #route(): Route {
    return { transport: this.transport.peek(), profile: this.link.peek()?.profile ?? DIRECT }
  }

  #turned(turn: Turn): void {
    this.gauges.turned(turn.to.transport)
    // Before anything came there is nothing that another line could go on with.
    const cursor = this.cursor.peek()
    if (cursor === null) return
    this.#reception.turned(turn, cursor)
    this.wire.turned(turn)
  }

  async #begin(): Promise<void> {
    const resumed = await this.self.resume()
    if (this.#over.signal.aborted) return
    this.history.pend(...this.self.kept.drafts)
    if (resumed) this.#follow(resumed.member, resumed.token, null)
    else await this.#join(null)
  }

  async #join(cursor: Cursor | null): Promise<void> {
    const { net, room, language } = this.#options
    const name = this.self.kept.member?.name
    const wanted = { language: language(), ...(name === undefined ? {} : { name }) }
    try {
      const joined = await enter(net, room, wanted, (ms, problem) => this.standing.wait(ms, problem), this.#over.signal)
      if (!joined) return
      this.self.joined(joined.member, joined.token)
      this.roster.value = rosterOf(joined.roster)
      this.#follow(joined.member, joined.token, cursor)
    } catch (error) {
      if (error instanceof ProblemError) this.standing.ended(false, error.problem)
    }
  }

  #follow(member: Member, token: string, cursor: Cursor | null): void {
    this.#returning.began(this.self.kept.drafts.some(isCloseCommand))
    this.self.met(member)
    this.gauges.joined(this.transport.peek(), this.self.kept.joinedAt)
    this.wire.begin(
      () => this.clockReading,
      () => this.link.peek()?.rttMs ?? 0,
    )
    const life = new Life({
      net: over(this.#net, this.link.peek()),
      meterNet: this.#options.net,
      room: this.room,
      member,
      token,
      cursor,
      transport: this.transport.peek(),
      knobs: this.knobs.peek(),
      outbox: this.self.kept.drafts,
      observer: {
        state: (state) => this.#stands(state),
        events: (events, isReset) => {
          this.#reception.take(events, isReset, this.transport.peek())
          this.wire.shown(events, this.transport.peek())
          this.cursor.value = life.session.cursor
          this.#greet()
        },
        roster: (roster) => {
          this.roster.value = roster
          const self = roster.get(member.id)
          if (self) this.self.met(self)
        },
        outbox: this.#drafts.outbox,
        acknowledged: this.#drafts.acknowledged,
        refused: this.#drafts.refused,
        meter: {
          report: (report) => this.gauges.report(report),
          trace: ({ records, dropped }) => this.wire.tell(records, dropped),
          state: (state) => (this.gauges.line.value = state),
        },
      },
    })
    this.#life = life
  }

  #stands(state: SessionState): void {
    if (state.name === 'connecting') this.standing.connecting()
    else if (state.name === 'waiting') this.standing.waiting(state.retryMs, state.problem)
    else if (state.name === 'closed') {
      if (state.problem) this.#ended(state.problem)
    } else {
      this.#reception.opened()
      this.standing.open()
    }
  }

  /** A life is over, by the server's word. */
  #ended(problem: Problem): void {
    this.#life?.end()
    this.self.keep({ token: null })
    this.history.outbox(this.self.kept.drafts)
    if (this.#returning.ended(problem)) this.#return()
    else this.standing.ended(this.#returning.isEndAsked, problem.status === 410 ? null : problem)
  }

  #return(): void {
    this.standing.connecting()
    void this.#join(this.cursor.peek())
  }

  /** Once the first batch is there, so that this stands below the history that the batch brought. */
  #greet(): void {
    const greeting = this.#returning.heard()
    if (greeting === 'connected') this.history.note({ type: 'connected', transport: this.transport.peek() })
    else if (greeting === 'rejoined') this.history.note({ type: 'rejoined', name: this.self.member.peek()?.name ?? '' })
  }
}
