import type { HeartbeatFrame } from '../../protocol.ts'
import { wasEventLoopBlocked } from './clock.ts'

/** Parts of an interval. Connections are spread over the slices, so that one turn of the event loop does not write to all. */
const SLICES = 16

/** A connection that heartbeats keep alive. */
export interface HeartbeatTarget {
  /** Slice of the last write that shows the peer that the connection is alive. See `Heartbeat.currentSlice`. */
  lastSentSlice: number
  /**
   * Called after an interval without a write.
   *
   * @param wasBlocked the event loop was blocked, so this process cannot know whether the peer was silent
   */
  onHeartbeat(wasBlocked: boolean): void
}

/**
 * One timer for the heartbeats of all connections of a server. A timer wheel of slices holds each connection in the slice in
 * which its heartbeat is due. A connection that was written to before then moves to a later slice.
 */
export class Heartbeat {
  /** The frame of a heartbeat on a WebSocket. */
  readonly frame: string
  readonly #sliceMs: number
  readonly #wheel = Array.from({ length: SLICES + 1 }, () => new Set<HeartbeatTarget>())
  #slice = 0
  #size = 0
  #timer: NodeJS.Timeout | null = null
  #dueAt = 0

  /** @param intervalMs ms without a write after which a heartbeat is due */
  constructor(intervalMs: number) {
    this.#sliceMs = intervalMs / SLICES
    this.frame = JSON.stringify({ type: 'heartbeat', heartbeatMs: intervalMs } satisfies HeartbeatFrame)
  }

  /** A connection stores this slice when it sends something. */
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
