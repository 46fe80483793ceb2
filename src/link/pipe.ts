import type { Socket } from 'node:net'

import { Alarm } from './alarm.ts'
import type { DirectionCounts } from './counts.ts'
import { type BandwidthQueue, segmentBytes, transmissionMs, windowBytes } from './line.ts'
import type { LinkProfile } from './profile.ts'
import type { Random } from '../random.ts'
import { endSocket, resetSocket } from './sockets.ts'

/** What all pipes of a link go by; the link changes it. Times are on performance.now()'s clock. */
export interface Conditions {
  profile: LinkProfile
  /** Nothing is passed on before. */
  stalledUntilMs: number
}

export interface PipeOptions {
  source: Socket
  destination: Socket
  direction: 'up' | 'down'
  conditions: Conditions
  line: BandwidthQueue
  jitter: Random
  /** A stream of its own: slices then fall at the same places however the bytes happened to arrive. */
  slices: Random
  /** The connection set-up has come through: `destination` is to be connected now. */
  onOpen: () => void
  /** The profile's limit for this direction is reached. */
  onLimit: () => void
}

/** Something under way: bytes, or a mark that takes its turn among them. */
interface Item {
  kind: 'bytes' | 'open' | 'end' | 'reset'
  bytes: Buffer
  /** How many of them have been passed on. */
  passed: number
  /** When transmission of the first byte began. */
  startMs: number
  /** From there on: the delay and this arrival's jitter. */
  travelMs: number
  /** As it was when these bytes came. */
  profile: LinkProfile
}

/** Charged for each arrival beside its bytes, or a million arrivals of one byte would be a hundred megabytes. */
const ITEM_BYTES = 256
/** One-byte slices must not keep the event loop to themselves. */
const PIECES_PER_TURN = 64
const NOTHING = Buffer.alloc(0)

/**
 * One direction of one connection: a queue in which everything waits until it is due. Only its head is ever looked at,
 * so nothing overtakes, whatever jitter it drew and whatever profile it came under.
 * Pauses its source when the window is full and waits for its destination to drain, so its memory is bounded.
 */
export class Pipe {
  lastMovedMs = performance.now()

  readonly #options: PipeOptions
  readonly #alarm = new Alarm(() => this.wake())
  readonly #queue: Item[] = []
  #receivedBytes = 0
  #forwardedBytes = 0
  #queuedBytes = 0
  /** The next piece of the first item: where it ends and when it is due. */
  #piece: { end: number; dueMs: number } | null = null
  #lastPassedMs = 0
  #sliceLeft = 0
  #sourcePaused = false
  #destinationFull = false
  #dropping = false

  constructor(options: PipeOptions) {
    this.#options = options
    options.destination.on('drain', () => {
      this.#destinationFull = false
      this.wake()
    })
  }

  get counts(): DirectionCounts {
    return {
      receivedBytes: this.#receivedBytes,
      forwardedBytes: this.#forwardedBytes,
      queuedBytes: this.#queuedBytes,
    }
  }

  /** Counts bytes as received, whether or not they are held back before they are pushed. */
  arrived(bytes: number): void {
    this.#receivedBytes += bytes
    this.lastMovedMs = performance.now()
  }

  push(bytes: Buffer): void {
    if (this.#dropping || bytes.length === 0) return
    this.#queuedBytes += bytes.length
    this.#enqueue('bytes', bytes)
    const { queue, underWay } = this.#window()
    if (this.#heldBytes() > queue + underWay && !this.#sourcePaused) {
      this.#sourcePaused = true
      this.#options.source.pause()
    }
    this.wake()
  }

  /** An event that travels like bytes, behind those that came before it. */
  mark(kind: 'open' | 'end' | 'reset'): void {
    if (this.#dropping) return
    this.#enqueue(kind, NOTHING)
    this.wake()
  }

  /** From now on everything vanishes: what is under way and what is still to come. */
  drop(): void {
    this.#dropping = true
    this.#queue.length = 0
    this.#queuedBytes = 0
    this.#alarm.clear()
    this.#resumeSource()
  }

  /** Passes on what is due and arms the alarm for what is not. To be called when the conditions changed. */
  wake(): void {
    for (let pieces = 0; pieces < PIECES_PER_TURN; pieces++) {
      const item = this.#queue[0]
      if (item === undefined || this.#destinationFull || this.#dropping) return
      this.#piece ??= this.#nextPiece(item)
      const dueMs = Math.max(this.#piece.dueMs, this.#options.conditions.stalledUntilMs)
      const now = performance.now()
      if (now < dueMs) {
        this.#alarm.set(dueMs)
        return
      }
      this.#pass(item, this.#piece.end, now)
    }
    this.#alarm.set(0)
  }

  #enqueue(kind: Item['kind'], bytes: Buffer): void {
    const { conditions, line, jitter } = this.#options
    const { profile } = conditions
    this.#queue.push({
      kind,
      bytes,
      passed: 0,
      startMs: line.book(performance.now(), bytes.length, profile.bitsPerSecond),
      travelMs: profile.delayMs + (profile.jitterMs === 0 ? 0 : profile.jitterMs * jitter()),
      profile,
    })
  }

  /** Where the next slice or segment of an item ends. One at a time: all at once could be a million. */
  #nextPiece(item: Item): { end: number; dueMs: number } {
    const { bitsPerSecond, sliceBytes, sliceGapMs } = item.profile
    const left = item.bytes.length - item.passed
    let length = Math.min(left, segmentBytes(bitsPerSecond))
    let earliestMs = 0
    if (sliceBytes !== null && left > 0) {
      if (this.#sliceLeft === 0) this.#sliceLeft = 1 + Math.floor(this.#options.slices() * sliceBytes)
      length = Math.min(length, this.#sliceLeft)
      this.#sliceLeft -= length
      earliestMs = this.#lastPassedMs + sliceGapMs
    }
    const end = item.passed + length
    return { end, dueMs: Math.max(item.startMs + transmissionMs(end, bitsPerSecond) + item.travelMs, earliestMs) }
  }

  #pass(item: Item, end: number, now: number): void {
    this.#piece = null
    this.#lastPassedMs = now
    if (item.kind === 'bytes') this.#write(item.bytes.subarray(item.passed, end))
    item.passed = end
    if (end < item.bytes.length || this.#dropping) return
    this.#queue.shift()
    if (item.kind === 'open') this.#options.onOpen()
    if (item.kind === 'end') endSocket(this.#options.destination)
    if (item.kind === 'reset') this.#reset()
    const { queue, underWay } = this.#window()
    if (this.#heldBytes() <= queue / 2 + underWay) this.#resumeSource()
  }

  #write(bytes: Buffer): void {
    const { destination, direction, conditions, onLimit } = this.#options
    const { limitUpBytes, limitDownBytes } = conditions.profile
    const limit = direction === 'up' ? limitUpBytes : limitDownBytes
    const room = Math.max(0, (limit ?? Infinity) - this.#forwardedBytes)
    const part = bytes.length <= room ? bytes : bytes.subarray(0, room)
    if (part.length > 0) this.#destinationFull = !destination.write(part)
    this.#queuedBytes -= part.length
    this.#forwardedBytes += part.length
    this.lastMovedMs = performance.now()
    if (part.length === room) onLimit()
  }

  #reset(): void {
    const { destination } = this.#options
    this.drop()
    resetSocket(destination)
  }

  #window(): { queue: number; underWay: number } {
    const { delayMs, jitterMs, bitsPerSecond } = this.#options.conditions.profile
    return windowBytes(delayMs + jitterMs, bitsPerSecond)
  }

  #heldBytes(): number {
    return this.#queuedBytes + this.#queue.length * ITEM_BYTES
  }

  #resumeSource(): void {
    if (!this.#sourcePaused) return
    this.#sourcePaused = false
    this.#options.source.resume()
  }
}
