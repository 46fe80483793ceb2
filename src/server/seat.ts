import type { Member } from '../protocol.ts'
import type { Reader } from './follow.ts'

/**
 * A member's place in a room, and its lease: while a line is open the lease does not run; when the last one ends it
 * starts anew, and when it runs out the member has left.
 */
export class Seat {
  readonly tokenDigest: string
  #member: Member
  #renamesLeft: number
  readonly #lines = new Set<Visit>()
  readonly #leaseMs: number
  readonly #onLapse: () => void
  #timer: NodeJS.Timeout
  #isEnded = false
  #contacts = 0

  constructor(member: Member, tokenDigest: string, options: { leaseMs: number; renames: number }, onLapse: () => void) {
    this.#member = member
    this.tokenDigest = tokenDigest
    this.#renamesLeft = options.renames
    this.#leaseMs = options.leaseMs
    this.#onLapse = onLapse
    this.#timer = this.#startLease()
  }

  get member(): Member {
    return this.#member
  }
  get renamesLeft(): number {
    return this.#renamesLeft
  }
  get isEnded(): boolean {
    return this.#isEnded
  }

  rename(name: string): void {
    this.#member = { ...this.#member, name }
    this.#renamesLeft -= 1
  }

  opened(line: Visit): void {
    this.#contacts += 1
    clearTimeout(this.#timer)
    this.#lines.add(line)
  }

  closed(line: Visit): void {
    this.#lines.delete(line)
    if (this.#lines.size > 0 || this.#isEnded) return
    clearTimeout(this.#timer)
    this.#timer = this.#startLease()
  }

  /** Calls `leave` after `graceMs`, unless a contact came meanwhile or a line is open then. */
  leaveAfter(graceMs: number, leave: () => void): void {
    const contacts = this.#contacts
    setTimeout(() => {
      if (this.#contacts === contacts && this.#lines.size === 0) leave()
    }, graceMs).unref()
  }

  /** Ends whatever line is open; nothing can be said or read from here any more. */
  end(): void {
    this.#isEnded = true
    this.release()
    for (const line of this.#lines) line.end()
  }

  /** Stops the clock. */
  release(): void {
    clearTimeout(this.#timer)
  }

  #startLease(): NodeJS.Timeout {
    return setTimeout(this.#onLapse, this.#leaseMs).unref()
  }
}

/** One line's stay: a parked poll, a stream, a socket. Ends once, from whichever side is first. */
export class Visit implements Reader {
  readonly seat: Seat | null
  readonly #controller = new AbortController()
  readonly #onEnd: () => void

  constructor(seat: Seat | null, onEnd: () => void) {
    this.seat = seat
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
