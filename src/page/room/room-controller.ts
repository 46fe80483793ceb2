import { signal, type Signal } from '@preact/signals'
import type { AboutLink, Cursor, Problem, TransportName } from '../../protocol.ts'
import { leave } from '../../client/members.ts'
import { RoomMember } from '../../client/room-member.ts'
import type { Roster } from '../../client/roster.ts'
import { affectsConnection, ProblemError, type TransportTuning, type Net } from '../../client/transports/transport.ts'
import { transports } from '../../client/transports/index.ts'
import type { ClockReading } from '../measure/clock.ts'
import { Composer } from './composer.ts'
import { conditionsOf } from '../measure/conditions.ts'
import { MeterModel } from '../measure/meter-model.ts'
import { MessageList } from './message-list.ts'
import { DIRECT } from '../network/links.ts'
import { MemberObserver } from './member-observer.ts'
import { netOverLink } from '../network/net.ts'
import { paddedNet } from '../network/padding.ts'
import type { RoomState } from './room-state.ts'
import { OwnIdentity } from './own-identity.ts'
import { ConnectionStatus } from './connection-status.ts'
import { StreamWatch } from '../wire/stream-watch.ts'
import { SocketWatch } from '../wire/socket-watch.ts'
import type { TransportRoute, SwitchEvent } from '../network/switch-event.ts'
import { traceNet } from '../wire/tracing-net.ts'
import { WireRecords } from '../wire/wire-records.ts'

export interface RoomControllerOptions {
  net: Net
  room: string
  tuning: TransportTuning
  /** The language of a name that the server invents. */
  language: () => string
}

/** How long the server waits for a closed page to return: a reload is not leaving. */
const RELOAD_GRACE_MS = 1500

/** A tab's room: its state for the views, and the actions of its user. */
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
  /** The emulated network of the connection; null for none. */
  readonly link = signal<AboutLink | null>(null)
  readonly roster = signal<Roster>(new Map())
  readonly transports = signal<ReadonlyMap<string, TransportName>>(new Map())
  readonly cursor = signal<Cursor | null>(null)
  readonly clockOffsetMs = signal(0)
  /** Bytes of a header that each request has in addition. */
  readonly paddingBytes = signal(0)
  readonly #options: RoomControllerOptions
  /** `options.net`, padded and traced. */
  readonly #net: Net
  readonly #stream = new StreamWatch()
  readonly #observer: MemberObserver
  /** null until the tab knows whether it resumes a member. */
  #member: RoomMember | null = null
  #hasLeft = false

  constructor(options: RoomControllerOptions) {
    this.#options = options
    const padded = paddedNet(options.net, () => this.paddingBytes.peek())
    this.#net = traceNet(padded, {
      requestBegan: (observation) => {
        this.wire.addObservation(observation)
        this.#stream.watch(observation)
      },
      socketMade: (socket) => this.socket.watch(socket),
    })
    this.room = options.room
    this.identity = new OwnIdentity(this.room)
    const { transport, text } = this.identity.saved
    this.transport = signal(transport)
    this.tuning = signal(options.tuning)
    this.meter = new MeterModel(
      transport,
      (of) => conditionsOf(of, this.link.peek(), this.tuning.peek(), this.paddingBytes.peek()),
      () => this.#stream.progress,
    )
    this.composer = new Composer(text, (written) => this.identity.save({ text: written }))
    this.#observer = new MemberObserver(this, options.net, () => this.#member)
    void this.#begin()
  }

  /** The offset of the server's clock, and its uncertainty. */
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

  /** Connects over a link; null for none. */
  connectOver(link: AboutLink | null): void {
    if (link?.port === this.link.peek()?.port) return
    const from = this.#route
    this.link.value = link
    // A restarted server has the same links at other ports.
    if (this.#route.profile !== from.profile) this.#startSwitch({ from, to: this.#route })
    this.#member?.connectOver(netOverLink(this.#net, link))
  }

  /** Adds a header of this size to each request; 0 for none. A connection that stays open is opened again, with the header. */
  pad(bytes: number): void {
    if (bytes === this.paddingBytes.peek()) return
    this.paddingBytes.value = bytes
    this.meter.startPeriod(this.transport.peek())
    this.#member?.connectOver(netOverLink(this.#net, this.link.peek()))
  }

  /** Sends the text in the composer. While the member is joining again, the draft waits in the outbox. */
  send(): void {
    const member = this.#member
    if (!member?.member || this.connection.status.peek().name === 'ended') return
    const draft = this.composer.takeDraft(this.roster.peek())
    if (draft) member.send(draft.text, draft.to)
  }

  /** @returns the reason for a refusal, or null when the name is changed */
  async rename(name: string): Promise<Problem | null> {
    if (!this.#member?.token) return null
    try {
      this.identity.setMember(await this.#member.rename(name))
      return null
    } catch (error) {
      if (error instanceof ProblemError) return error.problem
      return { type: 'line', title: 'Connection lost', status: 0, detail: error instanceof Error ? error.message : '' }
    }
  }

  /** Tries to connect now instead of after the wait. */
  retry(): void {
    this.#member?.retry()
  }

  /** The network is another one: connections of the former network are dead. */
  reconnect(): void {
    this.#member?.reconnect()
    this.#observer.meterSocket.reconnect()
  }

  /** The user is back. */
  wake(): void {
    this.#member?.wake()
  }

  /** Joins again after the membership has ended, under the same name if it is free. */
  rejoin(): void {
    this.#member?.rejoin()
  }

  /** Leaves for good. The name is kept for the next visit. */
  leave(): void {
    this.#hasLeft = true
    this.#observer.meterSocket.close()
    this.connection.release()
    const { token } = this.identity.saved
    this.identity.save({ token: null })
    const leaving = this.#member?.leave() ?? (token === null ? null : leave(this.#options.net, this.room, token))
    leaving?.catch(() => undefined)
  }

  /** Called when the page is closed or reloaded, which the page cannot tell apart. The server waits for its return. */
  leaveUnlessReloaded(): void {
    const { token } = this.identity.saved
    if (token !== null) leave(this.#options.net, this.room, token, RELOAD_GRACE_MS).catch(() => undefined)
  }

  get #route(): TransportRoute {
    return { transport: this.transport.peek(), profile: this.link.peek()?.profile ?? DIRECT }
  }

  #startSwitch(switchEvent: SwitchEvent): void {
    // Before the first batch there is no cursor at which another connection could continue. The link, and the settings of the
    // address, become known in this time: this is no switch.
    const cursor = this.cursor.peek()
    if (cursor === null) {
      const { from, to } = switchEvent
      if (from.transport !== to.transport) this.meter.joined(to.transport, Date.now())
      return
    }
    this.meter.startPeriod(switchEvent.to.transport)
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
