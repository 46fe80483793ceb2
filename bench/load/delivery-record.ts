import type { Batch, FrameDown } from '../../src/protocol.ts'
import { now, readStamp } from './payload.ts'

/** What one subscriber has seen, and what crossed its sockets. */
export interface Delivery {
  /** Numbers of the messages, as they came, and ms from the intended sending of each to here. */
  indices: number[]
  latenciesMs: number[]
  twice: number
  outOfOrder: number
  requests: number
  responses: number
  empty: number
  frames: number
  connections: number
  headersUp: number
  headersDown: number
  bodyUp: number
  bodyDown: number
  handshake: number
  payload: number
  /** Frames' text after inflation; 0 where nothing is compressed. */
  inflated: number
  /** Polls that were due by the schedule. */
  due: number
}

const nothing = (): Delivery => ({
  indices: [],
  latenciesMs: [],
  twice: 0,
  outOfOrder: 0,
  requests: 0,
  responses: 0,
  empty: 0,
  frames: 0,
  connections: 0,
  headersUp: 0,
  headersDown: 0,
  bodyUp: 0,
  bodyDown: 0,
  handshake: 0,
  payload: 0,
  inflated: 0,
  due: 0,
})

/** What one subscriber, or several, had sent and received at a moment of a window: bytes and requests beside their messages. */
export interface Mark {
  delivered: number
  requests: number
  /** Both ways, without handshakes. */
  bytes: number
}

export class DeliveryRecord {
  seen = nothing()
  /** In the order of `mark`. */
  marks: Mark[] = []
  #known = new Set<number>()
  #last = -1
  /** What came and is not read yet: reading it at once would make the next one late. */
  #unread: ({ at: bigint; text: string } | Mark)[] = []

  /** Begins a new window; what was known as seen stays known. */
  begin(): void {
    this.read()
    this.seen = nothing()
    this.marks = []
  }

  /** Remembers what has crossed the sockets, and which messages that brought, without reading them now. */
  mark(): void {
    const { requests, headersUp, headersDown, bodyUp, bodyDown } = this.seen
    const mark = { delivered: 0, requests, bytes: headersUp + headersDown + bodyUp + bodyDown }
    this.marks.push(mark)
    if (this.#unread.length > 0) this.#unread.push(mark)
    else mark.delivered = this.seen.indices.length
  }

  /** A batch or a frame as it came off the wire, `at` the moment at which it was whole. */
  came(text: string, at: bigint): void {
    this.#unread.push({ at, text })
  }

  /** Reads what came meanwhile. */
  read(): void {
    for (const one of this.#unread.splice(0)) {
      if ('delivered' in one) {
        one.delivered = this.seen.indices.length
        continue
      }
      const { at, text } = one
      const value = parseOnce(text)
      if ('events' in value) this.batch(value, at)
      else if (value.type === 'batch') this.batch(value.batch, at)
    }
  }

  batch(batch: Batch, at: bigint = now()): void {
    for (const [i, event] of batch.events.entries()) {
      if (event.type !== 'message') continue
      this.seen.payload += event.text.length
      // What a snapshot shows once more has crossed the wire, and is no delivery.
      if (i < (batch.known ?? 0)) continue
      const stamp = readStamp(event.text)
      if (!stamp) continue
      if (this.#known.has(stamp.index)) {
        this.seen.twice += 1
        continue
      }
      this.#known.add(stamp.index)
      if (stamp.index < this.#last) this.seen.outOfOrder += 1
      this.#last = stamp.index
      this.seen.indices.push(stamp.index)
      this.seen.latenciesMs.push(Number(at - stamp.intendedNs) / 1e6)
    }
  }
}

/** Everybody who stood at the same cursor was sent the same text: it is parsed once. */
const parsed = new Map<string, Batch | FrameDown>()
function parseOnce(text: string): Batch | FrameDown {
  let value = parsed.get(text)
  if (!value) {
    if (parsed.size > 1000) parsed.clear()
    value = JSON.parse(text) as Batch | FrameDown
    parsed.set(text, value)
  }
  return value
}
