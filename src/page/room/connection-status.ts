import { signal } from '@preact/signals'
import type { Problem } from '../../protocol.ts'
import type { Note } from './message-list.ts'

export type Status =
  | { name: 'connecting' }
  | { name: 'open' }
  | { name: 'waiting'; untilMs: number }
  /** Until somebody asks to come in again. `asked`: the member itself wanted it so. */
  | { name: 'ended'; asked: boolean; problem?: Problem }

/** What is over sooner than this is not worth a word. */
const BRIEF_MS = 200

/** How it stands with the line, as a person is told: in the head of the chat, and between the messages. */
export class ConnectionStatus {
  readonly status = signal<Status>({ name: 'connecting' })
  /** The line broke and is not back yet. */
  readonly isLost = signal(false)
  /** Why, if the server said so. */
  readonly problem = signal<Problem | null>(null)
  readonly #note: (note: Note) => void
  #hasBeenOpen = false
  #lostAt: number | null = null
  #connectingTimer = 0

  constructor(note: (note: Note) => void) {
    this.#note = note
  }

  connecting(): void {
    clearTimeout(this.#connectingTimer)
    if (this.status.peek().name !== 'open') this.#show({ name: 'connecting' })
    else this.#connectingTimer = setTimeout(() => this.#show({ name: 'connecting' }), BRIEF_MS)
  }

  open(): void {
    if (this.#lostAt !== null && this.#hasBeenOpen) this.#note({ type: 'back', afterMs: Date.now() - this.#lostAt })
    this.#hasBeenOpen = true
    this.#lostAt = null
    this.isLost.value = false
    this.#show({ name: 'open' })
  }

  /** The line is lost, and is tried again after `retryMs`. */
  waiting(retryMs: number, problem?: Problem): void {
    if (this.#lostAt === null && this.#hasBeenOpen) this.#note({ type: 'lost' })
    this.#lostAt ??= Date.now()
    this.isLost.value = true
    this.problem.value = problem ?? null
    this.#show({ name: 'waiting', untilMs: Date.now() + retryMs })
  }

  ended(asked: boolean, problem: Problem | null): void {
    this.#note({ type: 'ended', asked })
    this.#lostAt = null
    this.isLost.value = false
    this.#show({ name: 'ended', asked, ...(problem ? { problem } : {}) })
  }

  /** Nothing more is to come. */
  release(): void {
    clearTimeout(this.#connectingTimer)
  }

  #show(status: Status): void {
    clearTimeout(this.#connectingTimer)
    this.status.value = status
  }
}
