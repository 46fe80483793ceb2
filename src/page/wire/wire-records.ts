import { signal } from '@preact/signals'
import {
  BYTE_PARTS,
  noBytes,
  totalBytes,
  type ByteSplit,
  type RequestRecord,
  type TraceRecord,
  type Way,
} from '../../meter.ts'
import type { RoomEvent, TransportName } from '../../protocol.ts'
import { now, type ClockReading } from '../measure/clock.ts'
import type { SwitchEvent } from '../network/switch-event.ts'
import {
  arrowsOf,
  isStream,
  timeOf,
  type Arrow,
  type WireMessage,
  type RequestItem,
  type Item,
  type WireTimes,
} from './items.ts'
import type { ClientObservation } from './tracing-net.ts'

/** Items that are kept: at a hundred messages a second, about the last half minute. */
const MAX_ITEMS = 4000
/** Items are dropped when there are this many more. */
const DROP_BATCH = 500
/** Additional error of the comparison of the clocks: a request may seem to be received before it was sent. */
const CLOCK_SLACK_MS = 20

/** An event and its consequence are this close. */
const JUST_NOW_MS = 2000

/** Bytes and arrows of one transport, since the page asked for records. */
export interface Total {
  up: ByteSplit
  down: ByteSplit
  arrows: number
}

/**
 * The traffic of a page's connections: the server's records merged with the page's observations. A request is matched by
 * method, path and time, a frame by its number in its connection, so that nothing is added to the wire.
 */
export class WireRecords {
  /** Increases with each change. */
  readonly version = signal(0)
  /** The message whose path is highlighted. */
  readonly followed = signal<string | null>(null)
  readonly totals = new Map<TransportName, Total>()
  readonly messages = new Map<string, WireMessage>()
  /** Records that the server dropped. */
  dropped = 0
  #items: Item[] = []
  readonly #byRecord = new Map<number, Item>()
  readonly #unmatched = new Map<string, RequestItem[]>()
  #clock: () => ClockReading | null = () => null
  #linkRttMs: () => number = () => 0
  #memberships = 0
  #keys = 0

  get items(): readonly Item[] {
    return this.#items
  }

  get clock(): ClockReading | null {
    return this.#clock()
  }

  /** ms from page to server or back, as far as it is known: half of the clock's round trip, and the link's delay. */
  get oneWayMs(): number | null {
    const clock = this.#clock()
    return clock && clock.halfRoundTripMs + this.#linkRttMs() / 2
  }

  get times(): WireTimes {
    return { toPageTime: this.toPageTime, oneWayMs: this.oneWayMs ?? 0, nowAt: now() }
  }

  readonly toPageTime = (serverAt: number): number => serverAt - (this.#clock()?.offsetMs ?? 0)

  /** Another member's records begin, numbered from 1 again. Records of the member before do not change any more. */
  beginMembership(clock: () => ClockReading | null, linkRttMs: () => number): void {
    for (const item of this.#items) {
      if (item.type === 'request' && item.record) item.record = { ...item.record, isOver: true }
    }
    this.#clock = clock
    this.#linkRttMs = linkRttMs
    this.#memberships += 1
    this.#byRecord.clear()
    this.#unmatched.clear()
  }

  /** The page begins a request. */
  addObservation(observation: ClientObservation): void {
    const key = `seen ${++this.#keys}`
    const item: RequestItem = { type: 'request', key, begunAt: observation.begunAt, record: null, observation }
    const name = nameOf(observation)
    this.#unmatched.set(name, [...(this.#unmatched.get(name) ?? []), item])
    this.#insert(item)
    this.#changed()
  }

  /** Adds the server's records, oldest first. */
  addRecords(records: readonly TraceRecord[], dropped: number): void {
    this.dropped += dropped
    for (const record of records) this.#addRecord(record)
    this.#changed()
  }

  addSwitch(switchEvent: SwitchEvent): void {
    // The transport in use is the last one in the map.
    const { transport } = switchEvent.to
    const total = this.totals.get(transport)
    if (total && this.totals.delete(transport)) this.totals.set(transport, total)
    this.#insert({ type: 'switch', key: `switch ${++this.#keys}`, begunAt: now(), switchEvent })
    this.#changed()
  }

  /** The page has received events. */
  addMessages(events: readonly RoomEvent[], transport: TransportName, isHistory: (storedAt: number) => boolean): void {
    const shownAt = now()
    for (const event of events) {
      if (event.type !== 'message') continue
      const { id, seq, at: storedAt } = event
      this.messages.set(id, { id, seq, storedAt, shownAt, transport, isHistory: isHistory(storedAt) })
    }
    this.#changed()
  }

  /** The server ended the membership, with an event on the open stream: the page has only closed the rest of that stream. */
  membershipEnded(): void {
    const stream = this.#items.findLast((item) => item.type === 'request' && isStream(item))
    const observation = stream?.type === 'request' ? stream.observation : null
    if (!observation || now() - (observation.endedAt ?? now()) > JUST_NOW_MS) return
    observation.endedBy = 'server'
    this.#changed()
  }

  /** Highlights the path of a message; for the same message again, removes the highlight. */
  follow(id: string | null): void {
    this.followed.value = id === this.followed.peek() ? null : id
  }

  /** All arrows that began between two times of the page's clock, by time. */
  arrows(from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): Arrow[] {
    const { times } = this
    return this.#items
      .filter(({ begunAt }) => begunAt >= from && begunAt <= to)
      .flatMap((item) => arrowsOf(item, times))
      .filter(({ bytes }) => bytes === null || totalBytes(bytes) !== 0)
      .sort((a, b) => timeOf(a) - timeOf(b))
  }

  #addRecord(record: TraceRecord): void {
    const known = this.#byRecord.get(record.id)
    if (known && known.type !== 'switch') {
      this.#addToTotals(record, known.record)
      Object.assign(known, { record })
      return
    }
    this.#addToTotals(record, null)
    const item = record.type === 'request' ? this.#request(record) : this.#frame(record)
    this.#byRecord.set(record.id, item)
  }

  #request(record: RequestRecord): Item {
    const receivedAt = this.toPageTime(record.receivedAt)
    const known = this.#observationFor(record, receivedAt)
    if (known) {
      known.record = record
      return known
    }
    const key = `${this.#memberships}.${record.id}`
    const item: RequestItem = { type: 'request', key, begunAt: receivedAt, record, observation: null }
    this.#insert(item)
    return item
  }

  #frame(record: TraceRecord & { type: 'frame' }): Item {
    const request = this.#byRecord.get(record.request)
    if (record.kind === 'close' && record.way === 'down' && request?.type === 'request') request.hasCloseRecord = true
    const begunAt = this.toPageTime(record.at)
    const key = `${this.#memberships}.${record.id}`
    const item: Item = {
      type: 'frame',
      key,
      begunAt,
      record,
      request: request?.type === 'request' ? request : null,
    }
    this.#insert(item)
    return item
  }

  /**
   * The page's request that this record is of: of those of its name that can have been on their way at its receipt, the first
   * one that was answered, as each of these has a record and records come in order. Without an answer, the last one: earlier
   * ones are stuck, or never arrived.
   */
  #observationFor(record: RequestRecord, receivedAt: number): RequestItem | null {
    const name = nameOf(record)
    const waiting = this.#unmatched.get(name) ?? []
    const slackMs = CLOCK_SLACK_MS + (this.#clock()?.halfRoundTripMs ?? 0)
    const candidates = waiting.filter(
      (item) => item.begunAt <= receivedAt + slackMs && (answerEndOf(item) ?? receivedAt) >= receivedAt - slackMs,
    )
    const found = candidates.find((item) => answerEndOf(item) !== null) ?? candidates.at(-1)
    if (!found) return null
    // Of an earlier request that is over, no record comes any more.
    const foundIndex = waiting.indexOf(found)
    const left = waiting.filter((item, index) => index > foundIndex || (item !== found && !isEnded(item)))
    if (left.length > 0) this.#unmatched.set(name, left)
    else this.#unmatched.delete(name)
    return found
  }

  #addToTotals(record: TraceRecord, before: TraceRecord | null): void {
    const total = this.totals.get(record.transport) ?? { up: noBytes(), down: noBytes(), arrows: 0 }
    this.totals.set(record.transport, total)
    for (const way of ['up', 'down'] as const) {
      for (const part of BYTE_PARTS) {
        total[way][part] += bytesOf(record, way)[part] - (before ? bytesOf(before, way)[part] : 0)
      }
    }
    total.arrows += arrowCount(record) - (before ? arrowCount(before) : 0)
  }

  /** Items arrive nearly in order: an observation comes before its record. */
  #insert(item: Item): void {
    let index = this.#items.length
    while (index > 0 && (this.#items[index - 1]?.begunAt ?? 0) > item.begunAt) index -= 1
    this.#items.splice(index, 0, item)
    if (this.#items.length > MAX_ITEMS + DROP_BATCH) this.#dropOldItems()
  }

  #dropOldItems(): void {
    const dropped = this.#items.slice(0, -MAX_ITEMS).filter((item) => !isOpen(item))
    const droppedSet = new Set(dropped)
    this.#items = this.#items.filter((item) => !droppedSet.has(item))
    for (const [id, item] of this.#byRecord) if (droppedSet.has(item)) this.#byRecord.delete(id)
    for (const [name, waiting] of this.#unmatched) {
      const left = waiting.filter((item) => !droppedSet.has(item))
      if (left.length > 0) this.#unmatched.set(name, left)
      else this.#unmatched.delete(name)
    }
    const oldest = this.#items.find((item) => !isOpen(item))?.begunAt ?? 0
    for (const [id, { shownAt }] of this.messages) {
      if (shownAt >= oldest) break
      this.messages.delete(id)
    }
  }

  #changed(): void {
    this.version.value += 1
  }
}

const NOTHING = noBytes()

const bytesOf = (record: TraceRecord, way: Way): ByteSplit =>
  record.type === 'request' ? record[way] : record.way === way ? record.bytes : NOTHING

const arrowCount = (record: TraceRecord): number =>
  record.type === 'frame' ? (record.kind === 'rest' ? 0 : 1) : record.status === undefined ? 1 : 2

/** When the answer ended at the page; null without an answer, or before its end. */
const answerEndOf = ({ observation }: RequestItem): number | null =>
  observation && observation.answeredAt !== null ? observation.endedAt : null

const isEnded = ({ observation }: RequestItem): boolean => (observation?.endedAt ?? null) !== null

const nameOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`

/** An open connection: later frames refer to its item. */
const isOpen = (item: Item): boolean =>
  item.type === 'request' && item.record !== null && !item.record.isOver && (item.observation?.endedAt ?? null) === null
