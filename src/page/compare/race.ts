import { signal } from '@preact/signals'
import type { MessageEvent, TransportName } from '../../protocol.ts'

/** One message, and when each column received it. */
export interface RaceRow {
  event: MessageEvent
  /** ms from the server's timestamp to receipt by each column. */
  latenciesMs: Readonly<Partial<Record<TransportName, number>>>
  /** All open columns have the message, or the time is over. */
  isOver: boolean
}

/** Rows. */
const MAX_ROWS = 8
/** More new rows in a second cannot be followed by eye: further messages are left out. */
const ROWS_PER_S = 4
/** A column is waited for at most this long. */
const TIMEOUT_MS = 15_000
/** As in the message list: more updates a second would look the same. */
const UPDATE_MS = 80

interface Entry {
  row: RaceRow
  addedAt: number
}

/**
 * When each column received a message, for the last few messages. A message that is added is followed until every column has
 * it. In a busy room the rows are a sample, chosen before its latencies are known.
 */
export class Race {
  /** Newest first. */
  readonly rows = signal<readonly RaceRow[]>([])
  readonly #openTransports: () => readonly TransportName[]
  #entries: Entry[] = []
  /** Of the last message that was added or left out. */
  #last = { seq: 0, at: 0 }
  #timer: ReturnType<typeof setTimeout> | null = null

  /** @param openTransports the transports of the columns that are open now */
  constructor(openTransports: () => readonly TransportName[]) {
    this.#openTransports = openTransports
  }

  arrived(event: MessageEvent, transport: TransportName, latencyMs: number | null): void {
    const known = this.#entries.find(({ row }) => row.event.id === event.id)
    if (latencyMs === null) return
    if (known) known.row = { ...known.row, latenciesMs: { ...known.row.latenciesMs, [transport]: latencyMs } }
    else if (!this.#addRow(event, { [transport]: latencyMs })) return
    this.#scheduleUpdate()
  }

  clear(): void {
    this.#entries = []
    this.#scheduleUpdate()
  }

  /** Updates rows that are over, since columns and time have changed. */
  tick(): void {
    this.#updateOver()
    if (this.#entries.some(({ row }, index) => row !== this.rows.peek()[index])) this.#scheduleUpdate()
  }

  release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Called once for each message, when the first column receives it. A message that is left out stays out. */
  #addRow(event: MessageEvent, latenciesMs: RaceRow['latenciesMs']): boolean {
    // A server that has lost its log restarts its numbers, but its timestamps still increase.
    if (event.seq <= this.#last.seq && event.at <= this.#last.at) return false
    this.#last = event
    const now = performance.now()
    this.#updateOver()
    const oldest = this.#entries[MAX_ROWS - 1]
    const isCrowded = this.#entries.filter(({ addedAt }) => addedAt > now - 1000).length >= ROWS_PER_S
    if (isCrowded || (oldest && !oldest.row.isOver)) return false
    this.#entries = [{ row: { event, latenciesMs, isOver: false }, addedAt: now }, ...this.#entries].slice(0, MAX_ROWS)
    return true
  }

  #updateOver(): void {
    const openTransports = this.#openTransports()
    const timedOutBefore = performance.now() - TIMEOUT_MS
    for (const entry of this.#entries) {
      const { row, addedAt } = entry
      const isOver =
        addedAt < timedOutBefore || openTransports.every((transport) => row.latenciesMs[transport] !== undefined)
      if (isOver !== row.isOver) entry.row = { ...row, isOver }
    }
  }

  #scheduleUpdate(): void {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#updateOver()
      this.rows.value = this.#entries.map(({ row }) => row)
    }, UPDATE_MS)
  }
}
