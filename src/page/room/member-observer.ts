import type { RoomEvent } from '../../protocol.ts'
import type { Arrival, Membership, RoomMember, RoomMemberObserver } from '../../client/room-member.ts'
import type { Roster } from '../../client/roster.ts'
import type { SessionState } from '../../client/session.ts'
import type { Net } from '../../client/transports/transport.ts'
import { Drafts } from './drafts.ts'
import { MeterSocket } from '../measure/meter-socket.ts'
import { IncomingEvents } from './incoming-events.ts'
import type { RoomState } from './room-state.ts'

/** Brings into the room's state what its member is told: by the room, by the server's meter, and of its own drafts. */
export class MemberObserver implements Required<RoomMemberObserver> {
  readonly meterLine: MeterSocket
  readonly reception: IncomingEvents
  readonly outbox: Drafts['outbox']
  readonly acknowledged: Drafts['acknowledged']
  readonly refused: Drafts['refused']
  readonly #state: RoomState
  readonly #member: () => RoomMember | null
  /** How the arrival is told of; null once it was. */
  #arrival: Arrival | null = null

  /** @param net the meter line goes by it, and is not traced */
  constructor(state: RoomState, net: Net, member: () => RoomMember | null) {
    const { room, history, meter, wire } = state
    this.#state = state
    this.#member = member
    this.meterLine = new MeterSocket(net, room, {
      report: (report) => meter.report(report),
      trace: ({ records, dropped }) => wire.tell(records, dropped),
      state: (state) => (meter.line.value = state),
    })
    this.reception = new IncomingEvents(history, meter, () => this.meterLine.clock.reading)
    const drafts = new Drafts(state)
    this.outbox = drafts.outbox
    this.acknowledged = drafts.acknowledged
    this.refused = drafts.refused
  }

  readonly joined = ({ member, token }: Membership, arrival: Arrival): void => {
    const { self, meter, wire, transport, link } = this.#state
    this.#arrival = arrival
    if (arrival !== 'resumed') self.joined(member, token)
    self.met(member)
    meter.joined(transport.peek(), self.kept.joinedAt)
    wire.begin(
      () => this.meterLine.clock.reading,
      () => link.peek()?.rttMs ?? 0,
    )
    this.meterLine.begin(token)
  }

  readonly ended = (): void => {
    this.meterLine.close()
    this.#state.self.keep({ token: null })
  }

  readonly state = (state: SessionState): void => {
    const { standing } = this.#state
    if (state.name === 'connecting') standing.connecting()
    else if (state.name === 'waiting') standing.waiting(state.retryMs, state.problem)
    else if (state.name === 'open') {
      this.reception.opened()
      standing.open()
    } else if (state.problem) {
      standing.ended(this.#member()?.isEndAsked ?? false, state.problem.status === 410 ? null : state.problem)
    }
  }

  readonly events = (events: readonly RoomEvent[], isReset: boolean): void => {
    const { history, wire, self, transport, cursor } = this.#state
    this.reception.take(events, isReset, transport.peek())
    wire.shown(events, transport.peek())
    cursor.value = this.#member()?.cursor ?? null
    // Once the first batch is there, so that this stands below the history that the batch brought.
    if (this.#arrival === 'rejoined') history.note({ type: 'rejoined', name: self.member.peek()?.name ?? '' })
    else if (this.#arrival) history.note({ type: 'connected', transport: transport.peek() })
    this.#arrival = null
  }

  readonly roster = (roster: Roster): void => {
    const { self } = this.#state
    this.#state.roster.value = roster
    const member = roster.get(self.member.peek()?.id ?? '')
    if (member) self.met(member)
  }
}
