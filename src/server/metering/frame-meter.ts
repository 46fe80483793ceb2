import { noBytes, type ByteSplit, type FrameKind, type FrameRecord, type Way } from '../../meter.ts'
import type { Draft } from '../../protocol.ts'
import type { ByteSource } from './byte-source.ts'
import { serverNow } from '../log/clock.ts'
import { CompressedFrame, CompressedFrames } from './deflate-attribution.ts'
import type { EncodedBatch } from '../log/encoded-batch.ts'
import { addBytes } from './add-counts.ts'
import type { ConnectionUse } from './member-usage.ts'

/** Counts the frames of a socket or the pieces of a streamed answer, for the member that reads it. */
export interface FrameMeter {
  /**
   * @param bytes size of the frame or of the chunk
   * @param contentBytes size of the JSON in it
   * @param endsAt for a piece of a stream: bytes of the answer's body up to the end of the piece
   * @param messages ids of the messages that a frame without a batch concerns
   */
  countSent(
    kind: FrameKind,
    bytes: number,
    contentBytes: number,
    batch?: EncodedBatch | null,
    endsAt?: number,
    messages?: readonly string[],
  ): void
  /**
   * @param bytes size of the peer's message with head and mask
   * @param contentBytes size of the JSON in it
   */
  countReceived(bytes: number, contentBytes: number, kind?: FrameKind): { countDraft(draft: Draft): void }
  /** Counts a control frame, which browsers do not show to pages. */
  countControl(way: Way, bytes: number, kind: 'ping' | 'pong' | 'close'): void
  /** `wasClosed`: by a closing handshake, so the remaining bytes are the close frame that answers the peer's. */
  finish(wasClosed?: boolean): void
}

const NO_CARRIER = { countDraft: () => undefined }

/** For connections without a member. */
export const NO_FRAME_METER: FrameMeter = {
  countSent: () => undefined,
  countReceived: () => NO_CARRIER,
  countControl: () => undefined,
  finish: () => undefined,
}

/** Maximum of compressed frames whose bytes are not attributed. Above it, their bytes are attributed at once. */
const MAX_PENDING_FRAMES = 64

/**
 * A frame is split into its JSON, which is envelope and text, and the bytes around it. A frame is counted by its size when it is sent or complete; other
 * bytes are counted when the meter is read. Records exist only during a trace.
 */
export class MemberFrameMeter implements FrameMeter {
  readonly #use: ConnectionUse
  /** Record id of the request that opened the connection. */
  readonly #requestId: number
  readonly #source: ByteSource
  readonly #onFinish: () => void
  /** Bytes that were counted as frames since the source was last read. */
  readonly #countedBytes = { up: 0, down: 0 }
  /** Number of frames that the page at the other end can see. */
  readonly #visibleFrames = { up: 0, down: 0 }
  /** Bytes of the answer's body that were sent; null for a socket, and before the first piece. */
  streamedBytes: number | null = null
  readonly #restRecords: Partial<Record<Way, FrameRecord>> = {}
  readonly #compressed: Record<Way, CompressedFrames> | null

  constructor(use: ConnectionUse, request: number, source: ByteSource, isCompressed: boolean, onFinish: () => void) {
    this.#use = use
    this.#requestId = request
    this.#source = source
    this.#compressed = isCompressed ? { up: new CompressedFrames(), down: new CompressedFrames() } : null
    this.#onFinish = onFinish
  }

  countSent(
    kind: FrameKind,
    bytes: number,
    contentBytes: number,
    batch: EncodedBatch | null = null,
    endsAt?: number,
    messages: readonly string[] | undefined = batch?.newMessageIds,
  ): void {
    const textBytes = batch?.textBytes ?? 0
    this.#countFrame('down')
    if (endsAt !== undefined) this.streamedBytes = endsAt
    if (batch) this.#use.counts.delivered += batch.newMessageIds.length
    const record = this.#use.usage.isTraced ? this.#newRecord('down', kind) : null
    if (record) {
      record.index = this.#visibleFrames.down
      if (messages) record.messages = messages
      if (endsAt !== undefined) record.endsAt = endsAt
    }
    this.#addFrame('down', bytes, contentBytes, textBytes, record)
  }

  countReceived(bytes: number, contentBytes: number, kind: FrameKind = 'message'): { countDraft(draft: Draft): void } {
    this.#countFrame('up')
    const record = this.#use.usage.isTraced ? this.#newRecord('up', kind) : null
    if (record) record.index = this.#visibleFrames.up
    const compressed = this.#addFrame('up', bytes, contentBytes, 0, record)
    return {
      // A frame is counted when it arrives. Whether it carries a draft is known after parsing.
      countDraft: ({ id, text }) => {
        const textBytes = Buffer.byteLength(text)
        if (record) record.messages = [id]
        const moved = compressed?.setTextBytes(textBytes) ?? { framing: 0, envelope: -textBytes, payload: textBytes }
        this.#addBytes('up', { headers: 0, ...moved }, record)
      },
    }
  }

  countControl(way: Way, bytes: number, kind: 'ping' | 'pong' | 'close'): void {
    this.#countedBytes[way] += bytes
    const record = this.#use.usage.isTraced ? this.#newRecord(way, kind) : null
    this.#addBytes(way, { ...noBytes(), framing: bytes }, record)
  }

  finish(wasClosed = false): void {
    this.#source.whenComplete(() => {
      this.countDelta()
      for (const rest of wasClosed && this.#use.usage.isTraced ? Object.values(this.#restRecords) : []) {
        rest.kind = 'close'
        this.#use.usage.addRecord(rest)
      }
      this.#onFinish()
    })
  }

  /** Counts the bytes outside frames since the last call. */
  countDelta(): void {
    const delta = this.#source.readDelta(Infinity, Infinity)
    this.#countWay('up', delta.up.head, delta.up.body)
    this.#countWay('down', delta.down.head, delta.down.body)
  }

  #countWay(way: Way, head: number, body: number): void {
    const uncounted = body - this.#countedBytes[way]
    this.#countedBytes[way] = 0
    const rest =
      this.#compressed?.[way].distribute(uncounted, (frame, bytes) => this.#addBytes(way, bytes, frame.record)) ??
      uncounted
    if (head === 0 && rest === 0) return
    const record = this.#use.usage.isTraced ? (this.#restRecords[way] ??= this.#newRecord(way, 'rest')) : null
    // The head of the answer, where it is written after the frames have begun.
    this.#use.counts.opening += head
    this.#addBytes(way, { ...noBytes(), headers: head, framing: rest }, record)
  }

  #countFrame(way: Way): void {
    this.#visibleFrames[way] += 1
    this.#use.counts.frames += 1
  }

  /** Returns a compressed frame, whose bytes are known only when the source is read; else null. */
  #addFrame(
    way: Way,
    bytes: number,
    contentBytes: number,
    textBytes: number,
    record: FrameRecord | null,
  ): CompressedFrame | null {
    if (!this.#compressed) {
      this.#countedBytes[way] += bytes
      const counts = this.#use.counts[way]
      counts.framing += bytes - contentBytes
      counts.envelope += contentBytes - textBytes
      counts.payload += textBytes
      if (record) {
        record.bytes.framing += bytes - contentBytes
        record.bytes.envelope += contentBytes - textBytes
        record.bytes.payload += textBytes
        this.#use.usage.addRecord(record)
      }
      return null
    }
    const frame = new CompressedFrame(record, bytes, contentBytes, textBytes)
    this.#compressed[way].add(frame)
    if (record) this.#use.usage.addRecord(record)
    if (this.#compressed[way].size > MAX_PENDING_FRAMES) this.countDelta()
    return frame
  }

  #addBytes(way: Way, bytes: ByteSplit, record: FrameRecord | null): void {
    addBytes(this.#use.counts[way], bytes)
    if (!record) return
    addBytes(record.bytes, bytes)
    this.#use.usage.addRecord(record)
  }

  #newRecord(way: Way, kind: FrameKind): FrameRecord {
    return {
      type: 'frame',
      id: this.#use.usage.newRecordId(),
      request: this.#requestId,
      transport: this.#use.transport,
      way,
      kind,
      at: serverNow(),
      bytes: noBytes(),
    }
  }
}
