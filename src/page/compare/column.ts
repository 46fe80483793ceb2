import { signal, type Signal } from '@preact/signals'
import type { AboutLink, Member, MessageEvent, Problem, TransportName } from '../../protocol.ts'
import { RoomMember } from '../../client/room-member.ts'
import type { SessionState } from '../../client/session-state.ts'
import { affectsConnection, type TransportTuning, type Net } from '../../client/transports/transport.ts'
import { transports } from '../../client/transports/index.ts'
import { conditionsOf } from '../measure/conditions.ts'
import { MeterModel } from '../measure/meter-model.ts'
import { MessageList } from '../room/message-list.ts'
import { MeterSocket } from '../measure/meter-socket.ts'
import { netOverLink } from '../network/net.ts'
import { paddedNet } from '../network/padding.ts'
import { StreamWatch } from '../wire/stream-watch.ts'
import { traceNet } from '../wire/tracing-net.ts'
import { IncomingEvents } from '../room/incoming-events.ts'

/** Messages that a column shows. */
const MAX_ROWS = 24

export type ColumnState =
  | { name: 'connecting' }
  | { name: 'open' }
  | { name: 'lost' }
  /** For good: the server has refused it. */
  | { name: 'refused'; problem: Problem }

export interface ColumnOptions {
  net: Net
  room: string
  transport: TransportName
  link: AboutLink | null
  tuning: TransportTuning
  /** Bytes of a header that each request has in addition. */
  paddingBytes: () => number
  language: () => string
  onMessage: (event: MessageEvent, transport: TransportName, latencyMs: number | null) => void
}

/** One transport in the comparison: a separate member with a separate connection. */
export class ComparisonColumn {
  readonly transport: TransportName
  readonly messages = new MessageList(MAX_ROWS)
  readonly meter: MeterModel
  readonly member = signal<Member | null>(null)
  readonly state = signal<ColumnState>({ name: 'connecting' })
  readonly link: Signal<AboutLink | null>
  /** Observed, for what has arrived of a streamed answer. */
  readonly #net: Net
  readonly #incoming: IncomingEvents
  readonly #meterSocket: MeterSocket
  readonly #roomMember: RoomMember
  #tuning: TransportTuning

  constructor({ net, room, transport, link, tuning, paddingBytes, language, onMessage }: ColumnOptions) {
    this.transport = transport
    this.link = signal(link)
    this.#tuning = tuning
    const stream = new StreamWatch()
    this.#net = traceNet(paddedNet(net, paddingBytes), {
      requestBegan: (observation) => stream.watch(observation),
      socketMade: () => undefined,
    })
    this.meter = new MeterModel(
      transport,
      () => conditionsOf(transport, this.link.peek(), this.#tuning, paddingBytes()),
      () => stream.progress,
    )
    this.#meterSocket = new MeterSocket(net, room, {
      report: (report) => this.meter.report(report),
      trace: () => undefined,
      state: (state) => (this.meter.socketState.value = state),
    })
    this.#incoming = new IncomingEvents(
      this.messages,
      this.meter,
      () => this.#meterSocket.clock.reading,
      (event, latencyMs) => onMessage(event, transport, latencyMs),
    )
    this.#roomMember = new RoomMember({
      net,
      connectionNet: netOverLink(this.#net, link),
      room,
      transport,
      tuning: tuning,
      name: `${transport}-${Math.random().toString(36).slice(2, 6)}`,
      language,
      quiet: true,
      rejoin: 'always',
      observer: {
        joined: ({ member, token, heartbeatMs }) => {
          this.member.value = member
          this.#incoming.joined()
          this.meter.joined(transport, Date.now())
          this.#meterSocket.begin({ token, heartbeatMs })
        },
        state: (state) => this.#show(state),
        events: (events, isReset) => this.#incoming.receive(events, isReset, transport),
        ended: () => this.#meterSocket.close(),
      },
    })
  }

  /** Continues over another link, and starts a new period of the meters. */
  connectOver(link: AboutLink | null): void {
    this.link.value = link
    this.meter.startPeriod(this.transport)
    this.#roomMember.connectOver(netOverLink(this.#net, link))
  }

  /** Empties the column, and starts a new period of the meters. */
  startRun(): void {
    this.messages.clear()
    this.meter.startPeriod(this.transport)
  }

  tune(tuning: TransportTuning): void {
    if (affectsConnection(transports[this.transport], this.#tuning, tuning)) this.meter.startPeriod(this.transport)
    this.#tuning = tuning
    this.#roomMember.tune(tuning)
  }

  /** The network is another one. */
  reconnect(): void {
    this.#roomMember.reconnect()
    this.#meterSocket.reconnect()
  }

  /** The user is back. */
  wake(): void {
    this.#roomMember.wake()
  }

  leave(): void {
    this.#meterSocket.close()
    this.#roomMember.leave().catch(() => undefined)
  }

  #show(state: SessionState): void {
    if (state.name === 'open' && this.state.peek().name !== 'open') {
      this.#incoming.opened()
      this.meter.connectionOpened()
    } else if (state.name === 'waiting' && this.#roomMember.token !== null) this.meter.connectionLost()
    if (state.name === 'open' || state.name === 'connecting') this.state.value = { name: state.name }
    // Before it has joined, it is connecting, not lost.
    else if (state.name === 'waiting')
      this.state.value = { name: this.#roomMember.token === null ? 'connecting' : 'lost' }
    else if (state.problem) this.state.value = { name: 'refused', problem: state.problem }
  }
}
