import { signal, type Signal } from '@preact/signals'
import type { Cursor, MessageEvent, RoomEvent, TransportName } from '../../protocol.ts'
import { now, type ClockReading } from '../measure/clock.ts'
import type { MeterModel } from '../measure/meter-model.ts'
import type { ListEntry, MessageList } from './message-list.ts'
import { countEvent, noGaps, type GapCheck } from './gap-check.ts'
import type { SwitchEvent } from '../network/switch-event.ts'

/** Adds incoming events to the message list, with their latency, and to the gap check since the last switch. */
export class IncomingEvents {
  readonly #messages: MessageList
  readonly #meter: MeterModel
  readonly #clock: () => ClockReading | null
  readonly #onMessage: (event: MessageEvent, latencyMs: number | null) => void
  /** Since when the member has been in the room, as far as this page knows, by this page's clock. */
  #presentSince = Number.POSITIVE_INFINITY
  #lastSeq = 0
  #gapCheck: Signal<GapCheck> | null = null
  /** When the connection in use had its first answer, by this page's clock. */
  #openedAt = Number.POSITIVE_INFINITY

  /** @param onMessage called for each message, with its latency where it has one */
  constructor(
    messages: MessageList,
    meter: MeterModel,
    clock: () => ClockReading | null,
    onMessage: (event: MessageEvent, latencyMs: number | null) => void = () => undefined,
  ) {
    this.#messages = messages
    this.#meter = meter
    this.#clock = clock
    this.#onMessage = onMessage
  }

  /** A membership begins, or this page continues one. */
  joined(): void {
    this.#presentSince = now()
    this.#openedAt = Number.POSITIVE_INFINITY
  }

  opened(): void {
    this.#openedAt = now()
  }

  /** Whether an event with this timestamp of the server was in the log before the member came. */
  readonly isHistory = (storedAt: number): boolean => storedAt < this.#presentSince + (this.#clock()?.offsetMs ?? 0)

  /** Another connection takes over: later events are counted in the row of this switch. */
  startSwitch(switchEvent: SwitchEvent, cursor: Cursor): void {
    const gapCheck = (this.#gapCheck = signal(noGaps))
    this.#messages.add({ key: this.#messages.newKey(), at: now(), kind: 'switch', switchEvent, cursor, gapCheck })
  }

  /** @param isForgotten a reset for the reason that the server has lost the room's log, such as by a restart */
  receive(events: readonly RoomEvent[], isReset: boolean, transport: TransportName, isForgotten = false): void {
    const receivedAt = now()
    if (isReset) this.#reset(isForgotten)
    this.#count(events)
    this.#messages.add(...events.map((event) => this.#entryOf(event, transport, receivedAt)))
  }

  #entryOf(event: RoomEvent, transport: TransportName, receivedAt: number): ListEntry {
    const key = event.type === 'message' ? event.id : `event ${event.id}`
    if (event.type !== 'message') return { key, at: event.at, kind: 'event', event }
    const { latencyMs, isLate } = this.#latencyOf(event.at, receivedAt)
    if (latencyMs !== null) this.#meter.delivered(latencyMs, transport, isLate)
    this.#onMessage(event, latencyMs)
    return { key, at: event.at, kind: 'message', event, transport, latencyMs, isLate }
  }

  /**
   * ms from the server's timestamp to receipt by this page, corrected by the difference of the two clocks.
   *
   * All events that were stamped while the member was in the room have a latency. Earlier events are history. The wait for the
   * next poll, or for a hold to end, is included: the transport causes it. So is the time without a connection: those events
   * are marked late.
   */
  #latencyOf(at: number, receivedAt: number): { latencyMs: number | null; isLate: boolean } {
    const clock = this.#clock()
    if (!clock || at < this.#presentSince + clock.offsetMs) return { latencyMs: null, isLate: false }
    const latencyMs = Math.max(0, receivedAt + clock.offsetMs - at)
    return { latencyMs, isLate: at < this.#openedAt + clock.offsetMs }
  }

  #reset(isForgotten: boolean): void {
    this.#messages.clear()
    this.#messages.addNote({ type: isForgotten ? 'forgotten' : 'reset' })
    this.#lastSeq = 0
    if (this.#gapCheck) this.#gapCheck.value = { ...this.#gapCheck.peek(), isReset: true }
  }

  #count(events: readonly RoomEvent[]): void {
    let gapCheck = this.#gapCheck?.peek() ?? noGaps
    for (const { seq } of events) {
      // The first event of all has no predecessor, so nothing is missing before it.
      gapCheck = countEvent(gapCheck, this.#lastSeq === 0 ? seq - 1 : this.#lastSeq, seq)
      this.#lastSeq = Math.max(this.#lastSeq, seq)
    }
    if (this.#gapCheck) this.#gapCheck.value = gapCheck
  }
}
