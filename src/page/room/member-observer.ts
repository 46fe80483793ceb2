import type { Problem, RoomEvent } from '../../protocol.ts'
import type { RoomMember } from '../../client/room-member.ts'
import type { Arrival, Membership, RoomMemberObserver } from '../../client/room-member-options.ts'
import type { Roster } from '../../client/roster.ts'
import type { SessionState } from '../../client/session-state.ts'
import type { Net } from '../../client/transports/transport.ts'
import { Drafts } from './drafts.ts'
import { MeterSocket } from '../measure/meter-socket.ts'
import { IncomingEvents } from './incoming-events.ts'
import type { RoomState } from './room-state.ts'

/** A smaller difference of two clocks does not show in times of day. */
const VISIBLE_OFFSET_MS = 250

/** Updates the room's state from what its member receives: events, meter reports, and the fate of its drafts. */
export class MemberObserver implements Required<Omit<RoomMemberObserver, 'postponed'>> {
  readonly meterSocket: MeterSocket
  readonly incoming: IncomingEvents
  readonly outbox: Drafts['outbox']
  readonly acknowledged: Drafts['acknowledged']
  readonly refused: Drafts['refused']
  readonly #state: RoomState
  readonly #member: () => RoomMember | null
  /** How the membership began; null once a note has said so. */
  #arrival: Arrival | null = null
  /** The lease of the former membership ran out. */
  #wasAway = false
  #isOpen = false

  /** @param net for the meter connection, which is not traced */
  constructor(state: RoomState, net: Net, member: () => RoomMember | null) {
    const { room, messages, meter, wire } = state
    this.#state = state
    this.#member = member
    this.meterSocket = new MeterSocket(net, room, {
      report: (report) => meter.report(report),
      trace: ({ records, dropped }) => wire.addRecords(records, dropped),
      state: (state) => (meter.socketState.value = state),
      transports: ({ transports: changed, isAll }) => {
        const { transports } = this.#state
        transports.value = new Map([...(isAll ? [] : transports.peek()), ...Object.entries(changed)])
      },
      clock: (offsetMs) => {
        const { clockOffsetMs } = this.#state
        if (Math.abs(offsetMs - clockOffsetMs.peek()) > VISIBLE_OFFSET_MS) clockOffsetMs.value = offsetMs
      },
    })
    this.incoming = new IncomingEvents(messages, meter, () => this.meterSocket.clock.reading)
    const drafts = new Drafts(state)
    this.outbox = drafts.outbox
    this.acknowledged = drafts.acknowledged
    this.refused = drafts.refused
  }

  readonly joined = (membership: Membership, arrival: Arrival): void => {
    const { member } = membership
    const { identity, meter, wire, transport, link } = this.#state
    this.#arrival = arrival
    if (arrival !== 'resumed') identity.joined(membership)
    identity.setMember(member)
    this.incoming.joined()
    meter.joined(transport.peek(), identity.saved.joinedAt)
    wire.beginMembership(
      () => this.meterSocket.clock.reading,
      () => link.peek()?.rttMs ?? 0,
    )
    this.meterSocket.begin(membership)
  }

  readonly ended = ({ reason }: Problem): void => {
    this.#wasAway = reason === 'lease'
    this.meterSocket.close()
    this.#state.wire.membershipEnded()
    this.#state.identity.save({ token: null })
  }

  readonly state = (state: SessionState): void => {
    const { connection, meter } = this.#state
    const wasOpen = this.#isOpen
    this.#isOpen = state.name === 'open'
    if (state.name === 'connecting') connection.connecting(state.obstacle)
    else if (state.name === 'waiting') {
      if (this.#member()?.token !== null) meter.connectionLost()
      connection.waiting(state)
    } else if (state.name === 'open') {
      // An obstacle that appears or disappears is no new connection.
      if (!wasOpen) {
        meter.connectionOpened()
        this.incoming.opened()
      }
      connection.open(state.obstacle)
    } else if (state.problem) {
      connection.ended(this.#member()?.isEndAsked ?? false, state.problem.status === 410 ? null : state.problem)
    }
  }

  readonly events = (events: readonly RoomEvent[], isReset: boolean): void => {
    const { messages, wire, identity, transport, cursor } = this.#state
    this.incoming.receive(events, isReset, transport.peek(), this.#arrival === 'rejoined')
    wire.addMessages(events, transport.peek(), this.incoming.isHistory)
    cursor.value = this.#member()?.cursor ?? null
    // After the first batch, so that the note stands below the history in that batch.
    if (this.#arrival === 'rejoined')
      messages.addNote({ type: this.#wasAway ? 'returned' : 'rejoined', name: identity.member.peek()?.name ?? '' })
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
