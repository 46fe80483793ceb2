import { signal } from '@preact/signals'
import type { Problem } from '../../protocol.ts'
import type { Obstacle, SessionState } from '../../client/session-state.ts'
import type { Note } from './message-list.ts'

export type Status =
  | { name: 'connecting' }
  | { name: 'open' }
  | { name: 'waiting'; untilMs: number }
  /** Until the member rejoins. `asked`: the member itself asked for the end. */
  | { name: 'ended'; asked: boolean; problem?: Problem }

/** A shorter reconnection is not shown. */
const BRIEF_MS = 200

/** The state of the connection as it is shown: in the head of the chat, and as notes between the messages. */
export class ConnectionStatus {
  readonly status = signal<Status>({ name: 'connecting' })
  /** The connection broke and is not open again. */
  readonly isLost = signal(false)
  /** The transport in use was never open. */
  readonly isNeverOpen = signal(false)
  /** What keeps the connection from working, if that is known. */
  readonly obstacle = signal<Obstacle | null>(null)
  /** The reason, if the server gave one. */
  readonly problem = signal<Problem | null>(null)
  readonly #note: (note: Note) => void
  #hasBeenOpen = false
  #lostAt: number | null = null
  #connectingTimer = 0

  constructor(note: (note: Note) => void) {
    this.#note = note
  }

  connecting(obstacle?: Obstacle): void {
    clearTimeout(this.#connectingTimer)
    // An obstacle is shown until a connection is open.
    if (obstacle) this.obstacle.value = obstacle
    if (this.status.peek().name !== 'open') this.#show({ name: 'connecting' })
    else this.#connectingTimer = setTimeout(() => this.#show({ name: 'connecting' }), BRIEF_MS)
  }

  open(obstacle?: Obstacle): void {
    this.obstacle.value = obstacle ?? null
    this.isNeverOpen.value = false
    if (this.#lostAt !== null && this.#hasBeenOpen) this.#note({ type: 'back', afterMs: Date.now() - this.#lostAt })
    this.#hasBeenOpen = true
    this.#lostAt = null
    this.isLost.value = false
    this.#show({ name: 'open' })
  }

  /** The connection is lost; the next attempt follows after `retryMs`. */
  waiting({ retryMs, problem, neverOpen, obstacle }: Extract<SessionState, { name: 'waiting' }>): void {
    this.isNeverOpen.value = neverOpen ?? false
    this.obstacle.value = obstacle ?? null
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
    this.obstacle.value = null
    this.#show({ name: 'ended', asked, ...(problem ? { problem } : {}) })
  }

  /** Stops the timer. */
  release(): void {
    clearTimeout(this.#connectingTimer)
  }

  #show(status: Status): void {
    clearTimeout(this.#connectingTimer)
    this.status.value = status
  }
}
