import { signal, type Signal } from '@preact/signals'
import type { AboutLink, Member, MessageEvent, Problem, TransportName } from '../../protocol.ts'
import { RoomMember } from '../../client/room-member.ts'
import type { SessionState } from '../../client/session.ts'
import { affectsConnection, type TransportTuning, type Net } from '../../client/transports/transport.ts'
import { transports } from '../../client/transports/index.ts'
import { MeterModel } from '../measure/meter-model.ts'
import { MessageList } from '../room/message-list.ts'
import { MeterSocket } from '../measure/meter-socket.ts'
import { over } from '../network/net.ts'
import { IncomingEvents } from '../room/incoming-events.ts'

/** Messages that a pane shows. */
const KEPT = 24

export type ColumnState =
  | { name: 'connecting' }
  | { name: 'open' }
  | { name: 'lost' }
  /** For good: the server does not let it in. */
  | { name: 'refused'; problem: Problem }

export interface ColumnOptions {
  net: Net
  room: string
  transport: TransportName
  link: AboutLink | null
  tuning: TransportTuning
  language: () => string
  onMessage: (event: MessageEvent, transport: TransportName, latencyMs: number | null) => void
}

/** One transport's place in the comparison: a member of its own, with a line of its own. */
export class ComparisonColumn {
  readonly transport: TransportName
  readonly history = new MessageList(KEPT)
  readonly meter: MeterModel
  readonly member = signal<Member | null>(null)
  readonly state = signal<ColumnState>({ name: 'connecting' })
  readonly link: Signal<AboutLink | null>
  readonly #net: Net
  readonly #reception: IncomingEvents
  readonly #meterLine: MeterSocket
  readonly #member: RoomMember
  #tuning: TransportTuning

  constructor({ net, room, transport, link, tuning, language, onMessage }: ColumnOptions) {
    this.transport = transport
    this.link = signal(link)
    this.#net = net
    this.#tuning = tuning
    this.meter = new MeterModel(transport)
    this.#meterLine = new MeterSocket(net, room, {
      report: (report) => this.meter.report(report),
      trace: () => undefined,
      state: (state) => (this.meter.line.value = state),
    })
    this.#reception = new IncomingEvents(
      this.history,
      this.meter,
      () => this.#meterLine.clock.reading,
      (event, latencyMs) => onMessage(event, transport, latencyMs),
    )
    this.#member = new RoomMember({
      net,
      connectionNet: over(net, link),
      room,
      transport,
      tuning: tuning,
      name: `${transport}-${Math.random().toString(36).slice(2, 6)}`,
      language,
      rejoin: 'always',
      observer: {
        joined: ({ member, token }) => {
          this.member.value = member
          this.meter.joined(transport, Date.now())
          this.#meterLine.begin(token)
        },
        state: (state) => this.#show(state),
        events: (events, isReset) => this.#reception.take(events, isReset, transport),
        ended: () => this.#meterLine.close(),
      },
    })
  }

  /** Goes on over another link; what is counted and timed begins anew. */
  reach(link: AboutLink | null): void {
    this.link.value = link
    this.meter.turned(this.transport)
    this.#member.connectOver(over(this.#net, link))
  }

  set(tuning: TransportTuning): void {
    if (affectsConnection(transports[this.transport], this.#tuning, tuning)) this.meter.turned(this.transport)
    this.#tuning = tuning
    this.#member.tune(tuning)
  }

  leave(): void {
    this.#meterLine.close()
    this.#member.leave().catch(() => undefined)
  }

  #show(state: SessionState): void {
    if (state.name === 'open') this.#reception.opened()
    if (state.name === 'open' || state.name === 'connecting') this.state.value = state
    // Not lost before it was let in.
    else if (state.name === 'waiting') this.state.value = { name: this.#member.token === null ? 'connecting' : 'lost' }
    else if (state.problem) this.state.value = { name: 'refused', problem: state.problem }
  }
}
