import type { Socket } from 'node:net'

import { Alarm } from './alarm.ts'
import type { DirectionCounts } from './counts.ts'
import { type BandwidthQueue, segmentBytes, transmissionMs, windowBytes } from './bandwidth-queue.ts'
import type { LinkProfile } from './profile.ts'
import type { Random } from '../random.ts'
import { endSocket, resetSocket } from './sockets.ts'

/** Shared by all pipes of a link, which changes them. Times are on performance.now()'s clock. */
export interface Conditions {
  profile: LinkProfile
  /** No byte is passed on before this time. */
  stalledUntilMs: number
}

export interface PipeOptions {
  source: Socket
  destination: Socket
  direction: 'up' | 'down'
  conditions: Conditions
  bandwidth: BandwidthQueue
  jitter: Random
  /** Separate from `jitter`: slices are cut at the same places however the bytes arrive. */
  slices: Random
  /** The connection set-up has arrived: `destination` is to be connected now. */
  onOpen: () => void
  /** The profile's limit for this direction is reached. */
  onLimit: () => void
}

/** An item of the queue: bytes, or a mark between them. */
interface Item {
  kind: 'bytes' | 'open' | 'end' | 'reset'
  bytes: Buffer
  /** Number of bytes passed on. */
  passed: number
  /** When transmission of the first byte began. */
  startMs: number
  /** Time after transmission: the delay and the jitter of this arrival. */
  travelMs: number
  /** The profile when the bytes arrived. */
  profile: LinkProfile
}

/** Added to the bytes of each arrival: a million arrivals of one byte take about 100 MB. */
const ITEM_BYTES = 256
/** Slices of one byte must not block the event loop. */
const PIECES_PER_TURN = 64
const NOTHING = Buffer.alloc(0)

/**
 * One direction of a connection: a queue in which each item waits until it is due. Only the first item is checked, so items stay
 * in order, whatever their jitter and profile.
 * The pipe pauses its source when the window is full and waits for its destination to drain, so memory is bounded.
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

  /** Counts bytes as received. They may be held back before they are pushed. */
  countReceived(bytes: number): void {
    this.#receivedBytes += bytes
    this.lastMovedMs = performance.now()
  }

  push(bytes: Buffer): void {
    if (this.#dropping || bytes.length === 0) return
    this.#queuedBytes += bytes.length
    this.#enqueue('bytes', bytes)
    const { queue, inFlight } = this.#window()
    if (this.#heldBytes() > queue + inFlight && !this.#sourcePaused) {
      this.#sourcePaused = true
      this.#options.source.pause()
    }
    this.wake()
  }

  /** Queues a mark, which arrives after the bytes before it. */
  pushMark(kind: 'open' | 'end' | 'reset'): void {
    if (this.#dropping) return
    this.#enqueue(kind, NOTHING)
    this.wake()
  }

  /** Drops all queued bytes, and all bytes from now on. */
  drop(): void {
    this.#dropping = true
    this.#queue.length = 0
    this.#queuedBytes = 0
    this.#alarm.clear()
    this.#resumeSource()
  }

  /** Passes on items that are due, and sets the alarm for the next one. To be called when the conditions change. */
  wake(): void {
    for (let pieces = 0; pieces < PIECES_PER_TURN; pieces++) {
      const item = this.#queue[0]
      if (item === undefined || this.#destinationFull || this.#dropping) return
      this.#piece ??= this.#nextPiece(item)
      const dueMs = Math.max(this.#piece.dueMs, this.#options.conditions.stalledUntilMs)
      const now = performance.now()
      if (now < dueMs) {
        this.#alarm.setTo(dueMs)
        return
      }
      this.#pass(item, this.#piece.end, now)
    }
    this.#alarm.setTo(0)
  }

  #enqueue(kind: Item['kind'], bytes: Buffer): void {
    const { conditions, bandwidth, jitter } = this.#options
    const { profile } = conditions
    this.#queue.push({
      kind,
      bytes,
      passed: 0,
      startMs: bandwidth.reserve(performance.now(), bytes.length, profile.bitsPerSecond),
      travelMs: profile.delayMs + (profile.jitterMs === 0 ? 0 : profile.jitterMs * jitter()),
      profile,
    })
  }

  /** The end of the next slice or segment of an item. Computed one at a time: an item can have a million slices. */
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
    const { queue, inFlight } = this.#window()
    if (this.#heldBytes() <= queue / 2 + inFlight) this.#resumeSource()
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

  #window(): { queue: number; inFlight: number } {
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
