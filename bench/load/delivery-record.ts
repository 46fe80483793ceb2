import type { Batch, FrameDown } from '../../src/protocol.ts'
import { now, readStamp } from './payload.ts'

/** The messages that one subscriber has received, and the bytes of its sockets. */
export interface SubscriberCounts {
  /** Numbers of the messages, in the order of receipt. */
  indices: number[]
  /** ms from the intended sending of each message to its receipt. */
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
  /** Bytes of this project's JSON, the text of messages among them, before compression. */
  json: number
  /** Bytes of frames after inflation, with their heads; 0 without compression. */
  inflated: number
  /** Polls that were due by the schedule. */
  due: number
}

const noCounts = (): SubscriberCounts => ({
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
  json: 0,
  inflated: 0,
  due: 0,
})

/** The messages, requests and bytes of one or more subscribers at one moment of a window. */
export interface Mark {
  delivered: number
  requests: number
  /** Both ways, without handshakes. */
  bytes: number
}

/** Records what one subscriber receives. */
export class DeliveryRecord {
  counts = noCounts()
  /** In the order of the calls of `mark`. */
  marks: Mark[] = []
  #known = new Set<number>()
  #last = -1
  /** Received and not parsed yet: parsing a text at once would delay the next one. */
  #unread: ({ at: bigint; text: string } | Mark)[] = []

  /** Starts a new window. Messages of earlier windows still count as received. */
  begin(): void {
    this.parseUnread()
    this.counts = noCounts()
    this.marks = []
  }

  /** Records the bytes and messages so far, without parsing the messages now. */
  mark(): void {
    const { requests, headersUp, headersDown, bodyUp, bodyDown } = this.counts
    const mark = { delivered: 0, requests, bytes: headersUp + headersDown + bodyUp + bodyDown }
    this.marks.push(mark)
    if (this.#unread.length > 0) this.#unread.push(mark)
    else mark.delivered = this.counts.indices.length
  }

  /** Adds the JSON of a batch or a frame. @param at the moment at which the text was complete */
  addText(text: string, at: bigint): void {
    this.counts.json += Buffer.byteLength(text)
    this.#unread.push({ at, text })
  }

  /** Parses the texts that were added since the last call. */
  parseUnread(): void {
    for (const entry of this.#unread.splice(0)) {
      if ('delivered' in entry) {
        entry.delivered = this.counts.indices.length
        continue
      }
      const { at, text } = entry
      const value = parseOnce(text)
      if ('events' in value) this.addBatch(value, at)
      else if (value.type === 'batch') this.addBatch(value.batch, at)
    }
  }

  addBatch(batch: Batch, at: bigint = now()): void {
    for (const [i, event] of batch.events.entries()) {
      if (event.type !== 'message') continue
      this.counts.payload += Buffer.byteLength(event.text)
      // A snapshot repeats known messages: their bytes count, but they are not deliveries.
      if (i < (batch.known ?? 0)) continue
      const stamp = readStamp(event.text)
      if (!stamp) continue
      if (this.#known.has(stamp.index)) {
        this.counts.twice += 1
        continue
      }
      this.#known.add(stamp.index)
      if (stamp.index < this.#last) this.counts.outOfOrder += 1
      this.#last = stamp.index
      this.counts.indices.push(stamp.index)
      this.counts.latenciesMs.push(Number(at - stamp.intendedNs) / 1e6)
    }
  }
}

/** All subscribers at one cursor receive the same text, which is parsed once. */
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
