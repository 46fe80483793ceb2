import type { MessageEvent, TransportName } from '../../protocol.ts'
import type { ComparisonColumn } from './column.ts'
import { rowOf, type RunResult, type RunSettings } from './run-result.ts'

/** A message that has not arrived by then counts as not received. */
const DRAIN_MS = 15_000
/** The server reports counts a few times per second: after this time they include the last arrival. */
const REPORT_MS = 600

/** Counts the messages of a run as they arrive, until each column has all. */
export class Recording {
  readonly #columns: readonly ComparisonColumn[]
  readonly #senderId: string
  readonly #received = new Map<TransportName, number>()
  readonly #startedAt = performance.now()
  readonly #ended = new AbortController()
  #wasHidden = document.hidden
  #check: () => void = () => undefined

  /** Clears the columns: their figures begin with the run. */
  constructor(columns: readonly ComparisonColumn[], senderId: string) {
    this.#columns = columns
    this.#senderId = senderId
    for (const column of columns) column.startRun()
    document.addEventListener('visibilitychange', () => (this.#wasHidden ||= document.hidden), this.#ended)
  }

  arrived(event: MessageEvent, transport: TransportName): void {
    if (event.from.id !== this.#senderId) return
    this.#received.set(transport, this.#receivedBy(transport) + 1)
    this.#check()
  }

  /** Settles when each open column has received `sent` messages and their counts, or when the time for that is over. */
  async finish(sent: number, settings: RunSettings, wait: (ms: number) => Promise<void>): Promise<RunResult> {
    const isComplete = () => this.#columns.every(({ transport }) => this.#receivedBy(transport) >= sent)
    const complete = new Promise<void>((resolve) => {
      this.#check = () => {
        if (isComplete()) resolve()
      }
      this.#check()
    })
    await Promise.race([complete, wait(DRAIN_MS)])
    this.stop()
    const durationMs = performance.now() - this.#startedAt
    await wait(REPORT_MS)
    for (const { meter } of this.#columns) meter.tick()
    const rows = this.#columns.flatMap(
      (column) => rowOf(column, settings.tuning, this.#receivedBy(column.transport)) ?? [],
    )
    return {
      id: `${Date.now()}`,
      name: '',
      at: Date.now(),
      durationMs,
      sent,
      ...settings,
      wasHidden: this.#wasHidden,
      rows,
    }
  }

  /** The page is no longer watched. */
  stop(): void {
    this.#ended.abort()
  }

  #receivedBy(transport: TransportName): number {
    return this.#received.get(transport) ?? 0
  }
}
