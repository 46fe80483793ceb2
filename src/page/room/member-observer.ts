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
  readonly meterSocket: MeterSocket
  readonly incoming: IncomingEvents
  readonly outbox: Drafts['outbox']
  readonly acknowledged: Drafts['acknowledged']
  readonly refused: Drafts['refused']
  readonly #state: RoomState
  readonly #member: () => RoomMember | null
  /** How the arrival is told of; null once it was. */
  #arrival: Arrival | null = null

  /** @param net the meter line goes by it, and is not traced */
  constructor(state: RoomState, net: Net, member: () => RoomMember | null) {
    const { room, messages, meter, wire } = state
    this.#state = state
    this.#member = member
    this.meterSocket = new MeterSocket(net, room, {
      report: (report) => meter.report(report),
      trace: ({ records, dropped }) => wire.addRecords(records, dropped),
      state: (state) => (meter.socketState.value = state),
    })
    this.incoming = new IncomingEvents(messages, meter, () => this.meterSocket.clock.reading)
    const drafts = new Drafts(state)
    this.outbox = drafts.outbox
    this.acknowledged = drafts.acknowledged
    this.refused = drafts.refused
  }

  readonly joined = ({ member, token }: Membership, arrival: Arrival): void => {
    const { identity, meter, wire, transport, link } = this.#state
    this.#arrival = arrival
    if (arrival !== 'resumed') identity.joined(member, token)
    identity.setMember(member)
    meter.joined(transport.peek(), identity.saved.joinedAt)
    wire.beginMembership(
      () => this.meterSocket.clock.reading,
      () => link.peek()?.rttMs ?? 0,
    )
    this.meterSocket.begin(token)
  }

  readonly ended = (): void => {
    this.meterSocket.close()
    this.#state.identity.save({ token: null })
  }

  readonly state = (state: SessionState): void => {
    const { connection } = this.#state
    if (state.name === 'connecting') connection.connecting()
    else if (state.name === 'waiting') connection.waiting(state.retryMs, state.problem)
    else if (state.name === 'open') {
      this.incoming.opened()
      connection.open()
    } else if (state.problem) {
      connection.ended(this.#member()?.isEndAsked ?? false, state.problem.status === 410 ? null : state.problem)
    }
  }

  readonly events = (events: readonly RoomEvent[], isReset: boolean): void => {
    const { messages, wire, identity, transport, cursor } = this.#state
    this.incoming.receive(events, isReset, transport.peek())
    wire.addMessages(events, transport.peek())
    cursor.value = this.#member()?.cursor ?? null
    // Once the first batch is there, so that this stands below the history that the batch brought.
    if (this.#arrival === 'rejoined') messages.addNote({ type: 'rejoined', name: identity.member.peek()?.name ?? '' })
    else if (this.#arrival) messages.addNote({ type: 'connected', transport: transport.peek() })
    this.#arrival = null
  }

  readonly roster = (roster: Roster): void => {
    const { identity } = this.#state
    this.#state.roster.value = roster
    const member = roster.get(identity.member.peek()?.id ?? '')
    if (member) identity.setMember(member)
  }
}
