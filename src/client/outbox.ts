import { isCloseCommand, type Ack, type Draft, type Member, type Problem } from '../protocol.ts'
import { backoffMs } from './backoff.ts'
import { randomHex } from './random.ts'
import { sleep } from './transports/time.ts'
import { ProblemError, type ClientTransport } from './transports/transport.ts'

export interface OutboxObserver {
  /** Drafts that are not acknowledged yet, oldest first. */
  outbox?: (drafts: readonly Draft[]) => void
  /** This draft is stored in the log. */
  acknowledged?: (draft: Draft, ack: Ack) => void
  /** The server has refused this draft for good. */
  refused?: (draft: Draft, problem: Problem) => void
  /** The server does not take this draft now: it has a limit, or its store is away. The draft is sent again after `retryMs`. */
  postponed?: (draft: Draft, retryMs: number, problem: Problem) => void
}

/** Drafts that are not acknowledged, oldest first; the connection in use sends them. */
export class Outbox {
  #drafts: readonly Draft[]
  readonly #observer: OutboxObserver
  #wake: () => void = () => undefined
  /** When the server takes the next draft, by performance.now(): a rate limit applies to every connection of the member. */
  #nextAt = 0

  constructor(drafts: readonly Draft[], observer: OutboxObserver) {
    this.#drafts = [...drafts]
    this.#observer = observer
  }

  get drafts(): readonly Draft[] {
    return this.#drafts
  }

  add(draft: Draft): void {
    this.#setDrafts([...this.#drafts, draft])
    this.#wake()
  }

  /** A close command is for one membership: it would end the next one too. */
  dropCloseCommands(): void {
    if (this.#drafts.some(isCloseCommand)) this.#setDrafts(this.#drafts.filter((draft) => !isCloseCommand(draft)))
  }

  /**
   * One draft is in flight, the oldest, until it is acknowledged or refused. The next connection continues with the rest.
   * Settles when the signal aborts.
   *
   * @throws ProblemError when the membership has ended
   */
  async sendOver(connection: ClientTransport, signal: AbortSignal): Promise<void> {
    const isReplaced = () => signal.aborted
    for (let attempts = 0; !isReplaced();) {
      const [draft] = this.#drafts
      try {
        if (draft) await this.#send(draft, connection, signal)
        else await this.#waitForDraft(signal)
        attempts = 0
      } catch (error) {
        if (isReplaced()) return
        if (error instanceof ProblemError && error.isFinal) throw error
        const retryMs = backoffMs(attempts++, error)
        if (draft && error instanceof ProblemError) this.#postpone(draft, retryMs, error)
        await sleep(retryMs, signal).catch(() => undefined)
      }
    }
  }

  async #send(draft: Draft, connection: ClientTransport, signal: AbortSignal): Promise<void> {
    const waitMs = this.#nextAt - performance.now()
    if (waitMs > 0) await sleep(waitMs, signal)
    try {
      const ack = await connection.send(draft, signal)
      if (this.#remove(draft)) this.#observer.acknowledged?.(draft, ack)
    } catch (error) {
      if (signal.aborted || !(error instanceof ProblemError) || error.isTransient || error.isFinal) throw error
      if (this.#remove(draft)) this.#observer.refused?.(draft, error.problem)
    }
  }

  #postpone(draft: Draft, retryMs: number, { problem, retryAfterMs }: ProblemError): void {
    if (problem.status === 429) this.#nextAt = performance.now() + (retryAfterMs ?? 0)
    this.#observer.postponed?.(draft, retryMs, problem)
  }

  /** @returns false when another connection has settled the draft already */
  #remove(draft: Draft): boolean {
    const rest = this.#drafts.filter(({ id }) => id !== draft.id)
    if (rest.length === this.#drafts.length) return false
    this.#setDrafts(rest)
    return true
  }

  #setDrafts(drafts: readonly Draft[]): void {
    this.#drafts = drafts
    this.#observer.outbox?.(drafts)
  }

  /** Settles when there is a draft to send, or the signal aborts. */
  #waitForDraft(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#wake = wake
      signal.addEventListener('abort', wake)
    })
  }
}

/** A draft with a new id: a draft that is sent twice is stored once. */
export function draftOf(text: string, to?: Member): Draft {
  return { id: randomHex(12), text, ...(to ? { to: to.id } : {}) }
}
