import { signal, type Signal } from '@preact/signals'
import type { AboutLink, Member, MessageEvent, Problem, TransportName } from '../../protocol.ts'
import { RoomMember } from '../../client/room-member.ts'
import type { SessionState } from '../../client/session.ts'
import { heeds, type Knobs, type Net } from '../../client/transports/transport.ts'
import { transports } from '../../client/transports/index.ts'
import { Gauges } from '../measure/meter-model.ts'
import { History } from '../room/message-list.ts'
import { MeterLine } from '../measure/meter-socket.ts'
import { over } from '../network/net.ts'
import { Reception } from '../room/incoming-events.ts'

/** Messages that a pane shows. */
const KEPT = 24

export type PaneState =
  | { name: 'connecting' }
  | { name: 'open' }
  | { name: 'lost' }
  /** For good: the server does not let it in. */
  | { name: 'refused'; problem: Problem }

export interface PaneOptions {
  net: Net
  room: string
  transport: TransportName
  link: AboutLink | null
  knobs: Knobs
  language: () => string
  onMessage: (event: MessageEvent, transport: TransportName, latencyMs: number | null) => void
}

/** One transport's place in the comparison: a member of its own, with a line of its own. */
export class Pane {
  readonly transport: TransportName
  readonly history = new History(KEPT)
  readonly gauges: Gauges
  readonly member = signal<Member | null>(null)
  readonly state = signal<PaneState>({ name: 'connecting' })
  readonly link: Signal<AboutLink | null>
  readonly #net: Net
  readonly #reception: Reception
  readonly #meterLine: MeterLine
  readonly #member: RoomMember
  #knobs: Knobs

  constructor({ net, room, transport, link, knobs, language, onMessage }: PaneOptions) {
    this.transport = transport
    this.link = signal(link)
    this.#net = net
    this.#knobs = knobs
    this.gauges = new Gauges(transport)
    this.#meterLine = new MeterLine(net, room, {
      report: (report) => this.gauges.report(report),
      trace: () => undefined,
      state: (state) => (this.gauges.line.value = state),
    })
    this.#reception = new Reception(
      this.history,
      this.gauges,
      () => this.#meterLine.clock.reading,
      (event, latencyMs) => onMessage(event, transport, latencyMs),
    )
    this.#member = new RoomMember({
      net,
      connectionNet: over(net, link),
      room,
      transport,
      tuning: knobs,
      name: `${transport}-${Math.random().toString(36).slice(2, 6)}`,
      language,
      rejoin: 'always',
      observer: {
        joined: ({ member, token }) => {
          this.member.value = member
          this.gauges.joined(transport, Date.now())
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
    this.gauges.turned(this.transport)
    this.#member.connectOver(over(this.#net, link))
  }

  set(knobs: Knobs): void {
    if (heeds(transports[this.transport], this.#knobs, knobs)) this.gauges.turned(this.transport)
    this.#knobs = knobs
    this.#member.tune(knobs)
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
