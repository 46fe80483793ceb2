import { signal } from '@preact/signals'
import type { MessageEvent, TransportName } from '../../protocol.ts'

/** One message, and when each pane had it. */
export interface RaceRow {
  event: MessageEvent
  /** ms from the server's stamp to each pane's hands. */
  latenciesMs: Readonly<Partial<Record<TransportName, number>>>
  /** Everybody who was awaited has it, or had time enough. */
  isOver: boolean
}

/** Rows. */
const MAX_ROWS = 8
/** More new rows in a second than this nobody can follow: of what comes faster, some are left out. */
const ROWS_PER_S = 4
/** After this long a pane is not waited for any more. */
const TIMEOUT_MS = 15_000
/** As in the history: a dozen times a second is as good to the eye as sixty. */
const UPDATE_MS = 80

interface Entry {
  row: RaceRow
  addedAt: number
}

/**
 * Who had a message when, for the last few messages. A message that is let in is followed until every pane has it; in a
 * busy room that makes it a sample, chosen before anybody knows how each will fare.
 */
export class Race {
  /** Newest first. */
  readonly rows = signal<readonly RaceRow[]>([])
  readonly #openTransports: () => readonly TransportName[]
  #entries: Entry[] = []
  /** Of the last message that was let in, or left out. */
  #last = { seq: 0, at: 0 }
  #timer: ReturnType<typeof setTimeout> | null = null

  /** @param openTransports the panes that are open now */
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

  /** Those who are waited for may have changed, and time has passed. */
  tick(): void {
    this.#updateOver()
    if (this.#entries.some(({ row }, index) => row !== this.rows.peek()[index])) this.#scheduleUpdate()
  }

  release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Once for each message, when the first pane has it: who is left out then stays out. */
  #addRow(event: MessageEvent, latenciesMs: RaceRow['latenciesMs']): boolean {
    // A server that has forgotten its log numbers anew: what it stamps later is later all the same.
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
