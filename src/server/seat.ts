import type { Member } from '../protocol.ts'
import type { Reader } from './follow.ts'
import type { RoomObserver } from './observer.ts'

/** Is told of a member's lines: while one is open the lease does not run, and when the last one ends it starts anew. */
export interface Presence {
  opened(seat: Seat): void
  /** The last line has ended. */
  quiet(seat: Seat): void
}

/** A member's place in a room, as one server sees it, with the lines that it has there. */
export class Seat {
  readonly tokenDigest: string
  #member: Member
  readonly #lines = new Set<Visit>()
  readonly #presence: Presence
  #isEnded = false

  constructor(member: Member, tokenDigest: string, presence: Presence) {
    this.#member = member
    this.tokenDigest = tokenDigest
    this.#presence = presence
  }

  get member(): Member {
    return this.#member
  }
  get isEnded(): boolean {
    return this.#isEnded
  }
  get hasLines(): boolean {
    return this.#lines.size > 0
  }

  rename(name: string): void {
    this.#member = { ...this.#member, name }
  }

  opened(line: Visit): void {
    this.#lines.add(line)
    this.#presence.opened(this)
  }

  closed(line: Visit): void {
    this.#lines.delete(line)
    if (this.#lines.size === 0 && !this.#isEnded) this.#presence.quiet(this)
  }

  /** Ends whatever line is open; nothing can be said or read from here any more. */
  end(): void {
    this.#isEnded = true
    for (const line of this.#lines) line.end()
  }
}

/** One line's stay: a parked poll, a stream, a socket. Ends once, from whichever side is first. */
export class Visit implements Reader {
  readonly seat: Seat | null
  readonly observer: RoomObserver | undefined
  readonly #controller = new AbortController()
  readonly #onEnd: () => void

  constructor(seat: Seat | null, observer: RoomObserver | undefined, onEnd: () => void) {
    this.seat = seat
    this.observer = observer
    this.#onEnd = onEnd
    seat?.opened(this)
  }

  get memberId(): string | null {
    return this.seat?.member.id ?? null
  }
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readonly end = (): void => {
    if (this.signal.aborted) return
    this.#controller.abort()
    this.seat?.closed(this)
    this.#onEnd()
  }
}
