import type { ByteSplit, FrameKind, FrameRecord, Way } from '../../meter.ts'
import type { Draft } from '../../protocol.ts'
import type { ByteSource } from './byte-source.ts'
import { serverNow } from '../log/clock.ts'
import { CompressedFrame, CompressedFrames } from './deflate-attribution.ts'
import type { EncodedBatch } from '../log/encoded-batch.ts'
import { addBytes } from './add-counts.ts'
import type { ConnectionUse } from './member-usage.ts'

/** Counts the frames of a socket, or the pieces of a streamed answer, for the member that reads it. */
export interface FrameMeter {
  /**
   * @param endsAt of a piece of a stream: bytes of the answer's body up to its end
   * @param messages ids of the messages that it is about, if it is no batch
   */
  sent(kind: FrameKind, bytes: number, batch?: EncodedBatch | null, endsAt?: number, messages?: readonly string[]): void
  /** A message of the peer, of this size with its head and mask. */
  received(bytes: number, kind?: FrameKind): { carriesDraft(draft: Draft): void }
  /** A frame that the page at the other end is not shown. */
  control(way: Way, bytes: number, kind: 'ping' | 'pong' | 'close'): void
  /** `wasClosed`: in good order, so that the bytes left over are the close frame that answers the peer's. */
  end(wasClosed?: boolean): void
}

const NO_CARRIER = { carriesDraft: () => undefined }

/** For connections that no member reads. */
export const NO_FRAME_METER: FrameMeter = {
  sent: () => undefined,
  received: () => NO_CARRIER,
  control: () => undefined,
  end: () => undefined,
}

/** Compressed frames whose bytes are not attributed yet: more than these are attributed at once. */
const MAX_PENDING_FRAMES = 64

/**
 * Whatever crosses and is not a message's text is framing. A frame is counted by its size when it is sent or complete; what
 * crossed beside the frames is counted when the meter is read. Records exist only while somebody traces.
 */
export class MemberFrameMeter implements FrameMeter {
  readonly #use: ConnectionUse
  /** Record id of the request that opened the connection. */
  readonly #exchange: number
  readonly #source: ByteSource
  readonly #onEnd: () => void
  /** Bytes that were counted as frames since the source was read. */
  readonly #counted = { up: 0, down: 0 }
  /** Frames so far that the page at the other end is shown. */
  readonly #shown = { up: 0, down: 0 }
  readonly #rest: Partial<Record<Way, FrameRecord>> = {}
  readonly #compressed: Record<Way, CompressedFrames> | null

  constructor(use: ConnectionUse, exchange: number, source: ByteSource, isCompressed: boolean, onEnd: () => void) {
    this.#use = use
    this.#exchange = exchange
    this.#source = source
    this.#compressed = isCompressed ? { up: new CompressedFrames(), down: new CompressedFrames() } : null
    this.#onEnd = onEnd
  }

  sent(
    kind: FrameKind,
    bytes: number,
    batch: EncodedBatch | null = null,
    endsAt?: number,
    messages: readonly string[] | undefined = batch?.messages,
  ): void {
    const textBytes = batch?.textBytes ?? 0
    this.#countFrame('down')
    if (batch) this.#use.counts.delivered += batch.messages.length
    const record = this.#use.usage.isTraced ? this.#newRecord('down', kind) : null
    if (record) {
      record.index = this.#shown.down
      if (messages) record.messages = messages
      if (endsAt !== undefined) record.endsAt = endsAt
    }
    this.#addFrame('down', bytes, textBytes, record)
  }

  received(bytes: number, kind: FrameKind = 'message'): { carriesDraft(draft: Draft): void } {
    this.#countFrame('up')
    const record = this.#use.usage.isTraced ? this.#newRecord('up', kind) : null
    if (record) record.index = this.#shown.up
    const compressed = this.#addFrame('up', bytes, 0, record)
    return {
      // A frame is counted when it has come; that it carries a draft is known once it is parsed.
      carriesDraft: ({ id, text }) => {
        const textBytes = Buffer.byteLength(text)
        if (record) record.messages = [id]
        const moved = compressed?.setText(textBytes) ?? { framing: -textBytes, payload: textBytes }
        this.#add('up', { headers: 0, ...moved }, record)
      },
    }
  }

  control(way: Way, bytes: number, kind: 'ping' | 'pong' | 'close'): void {
    this.#counted[way] += bytes
    const record = this.#use.usage.isTraced ? this.#newRecord(way, kind) : null
    this.#add(way, { headers: 0, framing: bytes, payload: 0 }, record)
  }

  end(wasClosed = false): void {
    this.#source.whenOver(() => {
      this.settle()
      for (const rest of wasClosed && this.#use.usage.isTraced ? Object.values(this.#rest) : []) {
        rest.kind = 'close'
        this.#use.usage.note(rest)
      }
      this.#onEnd()
    })
  }

  /** Counts what crossed beside the frames since the last call. */
  settle(): void {
    const crossed = this.#source.readDelta(Infinity, Infinity)
    this.#settleWay('up', crossed.up.head, crossed.up.body)
    this.#settleWay('down', crossed.down.head, crossed.down.body)
  }

  #settleWay(way: Way, head: number, body: number): void {
    const uncounted = body - this.#counted[way]
    this.#counted[way] = 0
    const rest =
      this.#compressed?.[way].divide(uncounted, (frame, bytes) => this.#add(way, bytes, frame.record)) ?? uncounted
    if (head === 0 && rest === 0) return
    const record = this.#use.usage.isTraced ? (this.#rest[way] ??= this.#newRecord(way, 'rest')) : null
    this.#add(way, { headers: head, framing: rest, payload: 0 }, record)
  }

  #countFrame(way: Way): void {
    this.#shown[way] += 1
    this.#use.counts.frames += 1
  }

  /** Returns the frame if it is compressed: its bytes are known only when the source is read. */
  #addFrame(way: Way, bytes: number, textBytes: number, record: FrameRecord | null): CompressedFrame | null {
    if (!this.#compressed) {
      this.#counted[way] += bytes
      const counts = this.#use.counts[way]
      counts.framing += bytes - textBytes
      counts.payload += textBytes
      if (record) {
        record.bytes.framing += bytes - textBytes
        record.bytes.payload += textBytes
        this.#use.usage.note(record)
      }
      return null
    }
    const frame = new CompressedFrame(record, bytes, textBytes)
    this.#compressed[way].add(frame)
    if (record) this.#use.usage.note(record)
    if (this.#compressed[way].size > MAX_PENDING_FRAMES) this.settle()
    return frame
  }

  #add(way: Way, bytes: ByteSplit, record: FrameRecord | null): void {
    addBytes(this.#use.counts[way], bytes)
    if (!record) return
    addBytes(record.bytes, bytes)
    this.#use.usage.note(record)
  }

  #newRecord(way: Way, kind: FrameKind): FrameRecord {
    return {
      type: 'frame',
      id: this.#use.usage.newRecordId(),
      exchange: this.#exchange,
      transport: this.#use.transport,
      way,
      kind,
      at: serverNow(),
      bytes: { headers: 0, framing: 0, payload: 0 },
    }
  }
}
