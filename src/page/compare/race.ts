import { signal } from '@preact/signals'
import type { MessageEvent, TransportName } from '../../protocol.ts'

/** One message, and when each pane had it. */
export interface Run {
  event: MessageEvent
  /** ms from the server's stamp to each pane's hands. */
  marks: Readonly<Partial<Record<TransportName, number>>>
  /** Everybody who was awaited has it, or had time enough. */
  isOver: boolean
}

/** Rows. */
const KEPT = 8
/** More new rows in a second than this nobody can follow: of what comes faster, some are left out. */
const ROWS_PER_S = 4
/** After this long a pane is not waited for any more. */
const PATIENCE_MS = 15_000
/** As in the history: a dozen times a second is as good to the eye as sixty. */
const SHOW_MS = 80

interface Entry {
  run: Run
  enteredAt: number
}

/**
 * Who had a message when, for the last few messages. A message that is let in is followed until every pane has it; in a
 * busy room that makes it a sample, chosen before anybody knows how each will fare.
 */
export class Race {
  /** Newest first. */
  readonly runs = signal<readonly Run[]>([])
  readonly #awaited: () => readonly TransportName[]
  #entries: Entry[] = []
  /** Of the last message that was let in, or left out. */
  #last = { seq: 0, at: 0 }
  #timer: ReturnType<typeof setTimeout> | null = null

  /** @param awaited the panes that are open now */
  constructor(awaited: () => readonly TransportName[]) {
    this.#awaited = awaited
  }

  arrived(event: MessageEvent, transport: TransportName, latencyMs: number | null): void {
    const known = this.#entries.find(({ run }) => run.event.id === event.id)
    if (latencyMs === null) return
    if (known) known.run = { ...known.run, marks: { ...known.run.marks, [transport]: latencyMs } }
    else if (!this.#enter(event, { [transport]: latencyMs })) return
    this.#showSoon()
  }

  clear(): void {
    this.#entries = []
    this.#showSoon()
  }

  /** Those who are waited for may have changed, and time has passed. */
  tick(): void {
    this.#settle()
    if (this.#entries.some(({ run }, index) => run !== this.runs.peek()[index])) this.#showSoon()
  }

  release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Once for each message, when the first pane has it: who is left out then stays out. */
  #enter(event: MessageEvent, marks: Run['marks']): boolean {
    // A server that has forgotten its log numbers anew: what it stamps later is later all the same.
    if (event.seq <= this.#last.seq && event.at <= this.#last.at) return false
    this.#last = event
    const now = performance.now()
    this.#settle()
    const oldest = this.#entries[KEPT - 1]
    const isCrowded = this.#entries.filter(({ enteredAt }) => enteredAt > now - 1000).length >= ROWS_PER_S
    if (isCrowded || (oldest && !oldest.run.isOver)) return false
    this.#entries = [{ run: { event, marks, isOver: false }, enteredAt: now }, ...this.#entries].slice(0, KEPT)
    return true
  }

  #settle(): void {
    const awaited = this.#awaited()
    const late = performance.now() - PATIENCE_MS
    for (const entry of this.#entries) {
      const { run, enteredAt } = entry
      const isOver = enteredAt < late || awaited.every((transport) => run.marks[transport] !== undefined)
      if (isOver !== run.isOver) entry.run = { ...run, isOver }
    }
  }

  #showSoon(): void {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#settle()
      this.runs.value = this.#entries.map(({ run }) => run)
    }, SHOW_MS)
  }
}
