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

  opened(): void {
    this.#openedAt = now()
  }

  /** Another connection takes over: later events are counted in the row of this switch. */
  startSwitch(switchEvent: SwitchEvent, cursor: Cursor): void {
    const gapCheck = (this.#gapCheck = signal(noGaps))
    this.#messages.add({ key: this.#messages.newKey(), at: now(), kind: 'switch', switchEvent, cursor, gapCheck })
  }

  receive(events: readonly RoomEvent[], isReset: boolean, transport: TransportName): void {
    const receivedAt = now()
    if (isReset) this.#reset()
    this.#count(events)
    this.#messages.add(...events.map((event) => this.#entryOf(event, transport, receivedAt)))
  }

  #entryOf(event: RoomEvent, transport: TransportName, receivedAt: number): ListEntry {
    const key = event.type === 'message' ? event.id : `event ${event.id}`
    if (event.type !== 'message') return { key, at: event.at, kind: 'event', event }
    const latencyMs = this.#latencyOf(event.at, receivedAt)
    if (latencyMs !== null) this.#meter.delivered(latencyMs, transport)
    this.#onMessage(event, latencyMs)
    return { key, at: event.at, kind: 'message', event, transport, latencyMs }
  }

  /**
   * ms from the server's timestamp to receipt by this page, corrected by the difference of the two clocks.
   *
   * Only events stamped after the first answer of the connection in use have a latency. Earlier events are history, or were
   * missed while no connection was open: their delay says when the page connected, and nothing about the transport. The wait
   * for the next poll, or for a hold to end, is included: the transport causes it.
   */
  #latencyOf(at: number, receivedAt: number): number | null {
    const clock = this.#clock()
    if (!clock || at < this.#openedAt + clock.offsetMs) return null
    return Math.max(0, receivedAt + clock.offsetMs - at)
  }

  #reset(): void {
    this.#messages.clear()
    this.#messages.addNote({ type: 'reset' })
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
