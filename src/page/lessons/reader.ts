import { noCounts, type Counts, type TraceRecord } from '../../meter.ts'
import type { RoomEvent, TransportName } from '../../protocol.ts'
import { RoomMember } from '../../client/room-member.ts'
import type { SessionState } from '../../client/session-state.ts'
import type { Net, TransportTuning } from '../../client/transports/transport.ts'
import { now, type ClockReading } from '../measure/clock.ts'
import { MeterSocket, type MeterReport } from '../measure/meter-socket.ts'
import type { Delivery, LessonReader } from './members.ts'

export interface ReaderSetup {
  /** For joining and the meter connection. */
  net: Net
  /** For reading. */
  connectionNet: Net
  room: string
  transport: TransportName
  tuning: Partial<TransportTuning>
  history: boolean
}

/** A member that reads a room by one transport, with all that it received and all that the server counted for it. */
export class Reader implements LessonReader {
  readonly room: string
  readonly transport: TransportName
  readonly deliveries: Delivery[] = []
  readonly records = new Map<number, TraceRecord>()
  /** Records that the server dropped since they were too many. */
  droppedRecords = 0
  lost = 0
  state: SessionState = { name: 'connecting' }
  /** Called when something arrives. */
  onChange: () => void = () => undefined
  readonly member: RoomMember
  readonly #meterSocket: MeterSocket
  #report: MeterReport | null = null
  #batches = 0

  constructor({ net, connectionNet, room, transport, tuning, history }: ReaderSetup) {
    this.room = room
    this.transport = transport
    this.#meterSocket = new MeterSocket(net, room, {
      report: (report) => {
        this.#report = report
        this.onChange()
      },
      trace: ({ records, dropped }) => {
        for (const record of records) this.records.set(record.id, record)
        this.droppedRecords += dropped
      },
      state: () => undefined,
      clock: () => this.onChange(),
    })
    this.member = new RoomMember({
      net,
      connectionNet,
      room,
      transport,
      tuning,
      history,
      quiet: true,
      rejoin: 'never',
      observer: {
        joined: ({ token, heartbeatMs }) => this.#meterSocket.begin({ token, heartbeatMs }),
        state: (state) => {
          if (state.name === 'waiting' && this.state.name === 'open') this.lost += 1
          this.state = state
          this.onChange()
        },
        events: (events) => this.#receive(events),
        ended: () => this.#meterSocket.close(),
      },
    })
  }

  /** null before the clocks are compared. */
  get clock(): ClockReading | null {
    return this.#meterSocket.clock.reading
  }

  /** It receives, the clocks are compared, and the server has reported once. */
  get isReady(): boolean {
    return this.state.name === 'open' && this.clock !== null && this.#report !== null
  }

  /** Zeros before the first report. */
  get counts(): Counts {
    return this.#report?.counts[this.transport] ?? noCounts()
  }

  leave(): void {
    this.onChange = () => undefined
    this.#meterSocket.close()
    this.member.leave().catch(() => undefined)
  }

  #receive(events: readonly RoomEvent[]): void {
    const receivedAt = now()
    const batch = this.#batches++
    for (const event of events) {
      if (event.type === 'message') this.deliveries.push({ event, receivedAt, batch })
    }
    this.onChange()
  }
}
