import { signal, type Signal } from '@preact/signals'
import type { AboutLink, Cursor, Problem, TransportName } from '../../protocol.ts'
import { leave } from '../../client/members.ts'
import { RoomMember } from '../../client/room-member.ts'
import type { Roster } from '../../client/roster.ts'
import { affectsConnection, ProblemError, type TransportTuning, type Net } from '../../client/transports/transport.ts'
import { transports } from '../../client/transports/index.ts'
import type { ClockReading } from '../measure/clock.ts'
import { Composer } from './composer.ts'
import { MeterModel } from '../measure/meter-model.ts'
import { MessageList } from './message-list.ts'
import { DIRECT } from '../network/links.ts'
import { MemberObserver } from './member-observer.ts'
import { netOverLink } from '../network/net.ts'
import type { RoomState } from './room-state.ts'
import { OwnIdentity } from './own-identity.ts'
import { ConnectionStatus } from './connection-status.ts'
import { SocketWatch } from '../wire/socket-watch.ts'
import type { TransportRoute, SwitchEvent } from '../network/switch-event.ts'
import { traceNet } from '../wire/tracing-net.ts'
import { WireRecords } from '../wire/wire-records.ts'

export interface RoomControllerOptions {
  net: Net
  room: string
  tuning: TransportTuning
  /** Of the name that the server invents. */
  language: () => string
}

/** For how long the server waits, after this page is gone, for it to come back: a reload is not leaving. */
const RELOAD_GRACE_MS = 1500

/** A tab's room: what it shows, and what a person can do there. */
export class RoomController implements RoomState {
  readonly room: string
  readonly messages = new MessageList()
  readonly connection = new ConnectionStatus((note) => this.messages.addNote(note))
  readonly identity: OwnIdentity
  readonly meter: MeterModel
  readonly wire = new WireRecords()
  readonly socket = new SocketWatch()
  readonly composer: Composer
  readonly transport: Signal<TransportName>
  readonly tuning: Signal<TransportTuning>
  /** The emulated network that the line goes over; null for none. */
  readonly link = signal<AboutLink | null>(null)
  readonly roster = signal<Roster>(new Map())
  readonly cursor = signal<Cursor | null>(null)
  readonly #options: RoomControllerOptions
  /** The same way to the server, traced. */
  readonly #net: Net
  readonly #observer: MemberObserver
  /** null until it is known as whom this tab goes on. */
  #member: RoomMember | null = null
  #hasLeft = false

  constructor(options: RoomControllerOptions) {
    this.#options = options
    this.#net = traceNet(options.net, {
      exchangeBegan: (observation) => this.wire.addObservation(observation),
      socketMade: (socket) => this.socket.watch(socket),
    })
    this.room = options.room
    this.identity = new OwnIdentity(this.room)
    const { transport, text } = this.identity.saved
    this.transport = signal(transport)
    this.tuning = signal(options.tuning)
    this.meter = new MeterModel(transport)
    this.composer = new Composer(text, (written) => this.identity.save({ text: written }))
    this.#observer = new MemberObserver(this, options.net, () => this.#member)
    void this.#begin()
  }

  /** How the server's clock stands to ours, and how well that is known. */
  get clockReading(): ClockReading | null {
    return this.#observer.meterSocket.clock.reading
  }

  use(to: TransportName): void {
    const from = this.#route
    if (to === from.transport) return
    this.transport.value = to
    this.#startSwitch({ from, to: this.#route })
    this.identity.save({ transport: to })
    this.#member?.use(to)
  }

  tune(tuning: Partial<TransportTuning>): void {
    const before = this.tuning.peek()
    this.tuning.value = { ...before, ...tuning }
    const transport = this.transport.peek()
    if (affectsConnection(transports[transport], before, this.tuning.peek())) this.meter.startPeriod(transport)
    this.#member?.tune(tuning)
  }

  /** Goes on over a link, or over none. */
  connectOver(link: AboutLink | null): void {
    if (link?.port === this.link.peek()?.port) return
    const from = this.#route
    this.link.value = link
    // A server that was started anew has the same links at other ports.
    if (this.#route.profile !== from.profile) this.#startSwitch({ from, to: this.#route })
    this.#member?.connectOver(netOverLink(this.#net, link))
  }

  /** Sends what stands in the composer; on the way back into the room it is kept, and sent on arrival. */
  send(): void {
    const member = this.#member
    if (!member?.member || this.connection.status.peek().name === 'ended') return
    const draft = this.composer.takeDraft(this.roster.peek())
    if (draft) member.send(draft.text, draft.to)
  }

  /** @returns why not, or null when the name is changed */
  async rename(name: string): Promise<Problem | null> {
    if (!this.#member?.token) return null
    try {
      this.identity.setMember(await this.#member.rename(name))
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
    this.#hasLeft = true
    this.#observer.meterSocket.close()
    this.connection.release()
    const { token } = this.identity.saved
    this.identity.save({ token: null })
    const leaving = this.#member?.leave() ?? (token === null ? null : leave(this.#options.net, this.room, token))
    leaving?.catch(() => undefined)
  }

  /** The page goes away; whether it is closed or reloaded it cannot tell. The server waits a moment for it. */
  leaveUnlessReloaded(): void {
    const { token } = this.identity.saved
    if (token !== null) leave(this.#options.net, this.room, token, RELOAD_GRACE_MS).catch(() => undefined)
  }

  get #route(): TransportRoute {
    return { transport: this.transport.peek(), profile: this.link.peek()?.profile ?? DIRECT }
  }

  #startSwitch(switchEvent: SwitchEvent): void {
    this.meter.startPeriod(switchEvent.to.transport)
    // Before anything came there is nothing that another line could go on with.
    const cursor = this.cursor.peek()
    if (cursor === null) return
    this.#observer.incoming.startSwitch(switchEvent, cursor)
    this.wire.addSwitch(switchEvent)
  }

  async #begin(): Promise<void> {
    const resume = await this.identity.resume()
    if (this.#hasLeft) return
    const { net, language } = this.#options
    const { member, drafts } = this.identity.saved
    this.#observer.outbox(drafts)
    this.#member = new RoomMember({
      net,
      connectionNet: netOverLink(this.#net, this.link.peek()),
      room: this.room,
      transport: this.transport.peek(),
      tuning: this.tuning.peek(),
      language,
      name: member?.name,
      resume,
      history: true,
      drafts,
      rejoin: 'when-forgotten',
      observer: this.#observer,
    })
  }
}
