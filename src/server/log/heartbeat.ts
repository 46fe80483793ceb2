import { wasEventLoopBlocked } from './clock.ts'

/** Parts of an interval: connections are spread over them, so that not all are written to in one turn. */
const SLICES = 16

/** A connection that is kept alive. */
export interface HeartbeatTarget {
  /** Slice in which something was last written that tells the peer that the connection lives. See `Heartbeat.now`. */
  lastSentSlice: number
  /**
   * Nothing was sent for an interval.
   *
   * @param wasBlocked this process did not run in time, so that it cannot know whether the peer was silent
   */
  onHeartbeat(wasBlocked: boolean): void
}

/**
 * One timer for the heartbeats of all connections of a server: a wheel of slices, in which each connection stands where its
 * heartbeat is due, and is moved on if something was sent to it meanwhile.
 */
export class Heartbeat {
  readonly #sliceMs: number
  readonly #wheel = Array.from({ length: SLICES + 1 }, () => new Set<HeartbeatTarget>())
  #slice = 0
  #size = 0
  #timer: NodeJS.Timeout | null = null
  #dueAt = 0

  /** @param intervalMs ms of silence after which a connection is written to */
  constructor(intervalMs: number) {
    this.#sliceMs = intervalMs / SLICES
  }

  /** The present slice. A connection remembers it when it sends something. */
  get currentSlice(): number {
    return this.#slice
  }

  add(connection: HeartbeatTarget): void {
    connection.lastSentSlice = this.#slice
    this.#schedule(connection)
    this.#size += 1
    this.#timer ??= this.#start()
  }

  remove(connection: HeartbeatTarget): void {
    if (!this.#wheel.some((slice) => slice.delete(connection))) return
    this.#size -= 1
    if (this.#size === 0) this.close()
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }

  #start(): NodeJS.Timeout {
    this.#dueAt = performance.now() + this.#sliceMs
    return setInterval(() => this.#advance(), this.#sliceMs).unref()
  }

  #advance(): void {
    const wasBlocked = wasEventLoopBlocked(this.#dueAt, this.#sliceMs * SLICES)
    this.#dueAt = performance.now() + this.#sliceMs
    this.#slice += 1
    const due = this.#sliceAt(this.#slice)
    for (const connection of due) {
      due.delete(connection)
      if (this.#slice - connection.lastSentSlice >= SLICES) {
        connection.lastSentSlice = this.#slice
        this.#schedule(connection)
        connection.onHeartbeat(wasBlocked)
      } else {
        this.#schedule(connection)
      }
    }
  }

  #schedule(connection: HeartbeatTarget): void {
    this.#sliceAt(connection.lastSentSlice + SLICES).add(connection)
  }

  #sliceAt(slice: number): Set<HeartbeatTarget> {
    const set = this.#wheel[slice % this.#wheel.length]
    if (!set) throw new RangeError(`no slice ${slice}`)
    return set
  }
}
