import { signal, type Signal } from '@preact/signals'
import type { AboutLink, Cursor, Member, Problem, RoomEvent, TransportName } from '../protocol.ts'
import { leave } from '../client/members.ts'
import { RoomMember, type Arrival } from '../client/room-member.ts'
import type { Roster } from '../client/roster.ts'
import type { SessionState } from '../client/session.ts'
import { heeds, ProblemError, type Knobs, type Net } from '../client/transport.ts'
import { transports } from '../client/transports/index.ts'
import type { ClockReading } from './clock.ts'
import { Composer } from './composer.ts'
import { Drafts } from './drafts.ts'
import { Gauges } from './gauges.ts'
import { History } from './history.ts'
import { DIRECT } from './links.ts'
import { MeterLine } from './meter-line.ts'
import { over } from './net.ts'
import { Reception } from './reception.ts'
import { Self } from './self.ts'
import { Standing } from './standing.ts'
import { SocketWatch } from './wire/socket-watch.ts'
import type { Route, Turn } from './turn.ts'
import { traceNet } from './wire/tracing-net.ts'
import { Wire } from './wire/wire.ts'

export interface RoomControllerOptions {
  net: Net
  room: string
  knobs: Knobs
  /** Of the name that the server invents. */
  language: () => string
}

/** For how long the server waits, after this page is gone, for it to come back: a reload is not leaving. */
const RELOAD_GRACE_MS = 1500

/** What a tab shows of its room, and what a person can do there. Its member joins, joins again and leaves. */
export class RoomController {
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
  readonly #options: RoomControllerOptions
  readonly #net: Net
  readonly #reception: Reception
  readonly #drafts: Drafts
  readonly #meterLine: MeterLine
  /** null until it is known whom this tab goes on as. */
  #member: RoomMember | null = null
  #isOver = false
  /** How the arrival is told of; null once it was. */
  #arrival: Arrival | null = null

  constructor(options: RoomControllerOptions) {
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
    this.#meterLine = new MeterLine(options.net, this.room, {
      report: (report) => this.gauges.report(report),
      trace: ({ records, dropped }) => this.wire.tell(records, dropped),
      state: (state) => (this.gauges.line.value = state),
    })
    void this.#begin()
  }

  /** How the server's clock stands to ours, and how well that is known. */
  get clockReading(): ClockReading | null {
    return this.#meterLine.clock.reading
  }

  use(to: TransportName): void {
    const from = this.transport.peek()
    if (to === from) return
    const { profile } = this.#route
    this.transport.value = to
    this.#turned({ from: { transport: from, profile }, to: this.#route })
    this.self.keep({ transport: to })
    this.#member?.use(to)
  }

  set(knobs: Partial<Knobs>): void {
    const was = this.knobs.peek()
    this.knobs.value = { ...was, ...knobs }
    const transport = this.transport.peek()
    if (heeds(transports[transport], was, this.knobs.peek())) this.gauges.turned(transport)
    this.#member?.tune(knobs)
  }

  /** Goes on over a link, or over none. */
  reach(link: AboutLink | null): void {
    if (link?.port === this.link.peek()?.port) return
    const from = this.#route
    this.link.value = link
    // A server that was started anew has the same links at other ports.
    if (this.#route.profile !== from.profile) this.#turned({ from, to: this.#route })
    this.#member?.connectOver(over(this.#net, link))
  }

  /** Sends what stands in the composer; on the way back into the room it is kept, and sent on arrival. */
  say(): void {
    const member = this.#member
    if (!member?.member || this.standing.status.peek().name === 'ended') return
    const taken = this.composer.take(this.roster.peek())
    if (taken) member.send(taken.text, taken.to)
  }

  /** @returns why not, or null when the name is changed */
  async rename(name: string): Promise<Problem | null> {
    if (!this.#member?.token) return null
    try {
      this.self.met(await this.#member.rename(name))
      return null
    } catch (error) {
      if (error instanceof ProblemError) return error.problem
      return { type: 'line', title: 'Line lost', status: 0, detail: error instanceof Error ? error.message : '' }
    }
  }

  /** Tries again now, instead of when the wait is over. */
  retry(): void {
    this.#member?.retry()
  }

  /** Comes in again after it was ended, under the same name if that is free. */
  rejoin(): void {
    this.#member?.rejoin()
  }

  /** Leaves for good. The name is remembered. */
  leave(): void {
    this.#isOver = true
    this.#meterLine.close()
    this.standing.release()
    const { token } = this.self.kept
    this.self.keep({ token: null })
    const leaving = this.#member?.leave() ?? (token === null ? null : leave(this.#options.net, this.room, token))
    leaving?.catch(() => undefined)
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
    const resume = await this.self.resume()
    if (this.#isOver) return
    const { net, language } = this.#options
    const { member, drafts } = this.self.kept
    this.#drafts.outbox(drafts)
    this.#member = new RoomMember({
      net,
      connectionNet: over(this.#net, this.link.peek()),
      room: this.room,
      transport: this.transport.peek(),
      tuning: this.knobs.peek(),
      ...(member ? { name: member.name } : {}),
      language,
      ...(resume ? { resume } : {}),
      history: true,
      drafts,
      rejoin: 'when-forgotten',
      observer: {
        joined: ({ member, token }, arrival) => this.#joined(member, token, arrival),
        state: (state) => this.#show(state),
        events: (events, isReset) => this.#take(events, isReset),
        roster: (roster) => {
          this.roster.value = roster
          const self = roster.get(this.self.member.peek()?.id ?? '')
          if (self) this.self.met(self)
        },
        ended: () => {
          this.#meterLine.close()
          this.self.keep({ token: null })
        },
        outbox: this.#drafts.outbox,
        acknowledged: this.#drafts.acknowledged,
        refused: this.#drafts.refused,
      },
    })
  }

  #joined(member: Member, token: string, arrival: Arrival): void {
    this.#arrival = arrival
    if (arrival !== 'resumed') this.self.joined(member, token)
    this.self.met(member)
    this.gauges.joined(this.transport.peek(), this.self.kept.joinedAt)
    this.wire.begin(
      () => this.clockReading,
      () => this.link.peek()?.rttMs ?? 0,
    )
    this.#meterLine.begin(token)
  }

  #take(events: readonly RoomEvent[], isReset: boolean): void {
    const transport = this.transport.peek()
    this.#reception.take(events, isReset, transport)
    this.wire.shown(events, transport)
    this.cursor.value = this.#member?.cursor ?? null
    // Once the first batch is there, so that this stands below the history that the batch brought.
    if (this.#arrival === 'rejoined') this.history.note({ type: 'rejoined', name: this.self.member.peek()?.name ?? '' })
    else if (this.#arrival) this.history.note({ type: 'connected', transport })
    this.#arrival = null
  }

  #show(state: SessionState): void {
    if (state.name === 'connecting') this.standing.connecting()
    else if (state.name === 'waiting') this.standing.waiting(state.retryMs, state.problem)
    else if (state.name === 'open') {
      this.#reception.opened()
      this.standing.open()
    } else if (state.problem) {
      this.standing.ended(this.#member?.isEndAsked ?? false, state.problem.status === 410 ? null : state.problem)
    }
  }
}
