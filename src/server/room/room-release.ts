import type { Room } from './room.ts'

/** ms after which an idle room is released that has no messages to lose. */
const EMPTY_IDLE_MS = 60_000
/** Checks in the time after which an empty room is released. */
const CHECKS = 4
const MIN_CHECK_MS = 50

interface Idleness {
  /** When the room was first seen idle, by performance.now(); null while it is in use. */
  since: number | null
  /** `Room.entries` at the last check. */
  entries: number
}

/** Finds rooms that are idle: rooms without members, readers and requests. */
export class RoomRelease {
  readonly #idleMs: number
  readonly #release: (room: Room) => void
  readonly #rooms = new Map<Room, Idleness>()
  readonly #timer: NodeJS.Timeout

  /**
   * @param idleMs ms after which an idle room is released
   * @param release called for each room to release
   */
  constructor(idleMs: number, release: (room: Room) => void) {
    this.#idleMs = idleMs
    this.#release = release
    const checkMs = Math.max(MIN_CHECK_MS, Math.min(idleMs, EMPTY_IDLE_MS) / CHECKS)
    this.#timer = setInterval(() => this.#check(), checkMs).unref()
  }

  watch(room: Room): void {
    this.#rooms.set(room, { since: null, entries: room.entries })
  }

  unwatch(room: Room): void {
    this.#rooms.delete(room)
  }

  /** The idle room that is the least loss: one without messages, else the one that is idle for the longest time. */
  findIdle(): Room | null {
    let found: Room | null = null
    let foundSince = Infinity
    for (const [room, { since }] of this.#rooms) {
      if (!room.canBeReleased) continue
      if (!room.hasMessages) return room
      if (found && (since ?? Infinity) >= foundSince) continue
      found = room
      foundSince = since ?? Infinity
    }
    return found
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #check(): void {
    const now = performance.now()
    for (const [room, idleness] of this.#rooms) {
      const { entries } = room
      if (!room.isIdle || entries !== idleness.entries) {
        idleness.entries = entries
        idleness.since = room.isIdle ? now : null
        continue
      }
      idleness.since ??= now
      const limitMs = room.hasMessages ? this.#idleMs : Math.min(this.#idleMs, EMPTY_IDLE_MS)
      if (now - idleness.since >= limitMs) this.#release(room)
    }
  }
}
