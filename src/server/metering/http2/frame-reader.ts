/** A piece of an HTTP/2 connection: a frame's head, or as much of its payload as has arrived. */
export interface FramePart {
  /** 0 for frames of the whole connection. */
  streamId: number
  bytes: number
  /** The frame carries the compressed head of a message. */
  isHead: boolean
  /** The last part of the sender's message on this stream, or the part that resets the stream. */
  ends: 'message' | 'stream' | null
}

/** The connection preface, which a client sends before its first frame. RFC 9113, 3.4. */
const PREFACE_BYTES = 24
const HEAD_BYTES = 9

/** RFC 9113, section 6. */
const TYPE = { data: 0, headers: 1, reset: 3, pushPromise: 5, continuation: 9 } as const
const HEADS: readonly number[] = [TYPE.headers, TYPE.pushPromise, TYPE.continuation]
const END_STREAM = 1
const END_HEADERS = 4

/**
 * Reads the frame heads in one direction of an HTTP/2 connection: stream, length, type, and whether the frame is the last.
 * Payloads are not parsed.
 */
export class FrameReader {
  readonly #onPart: (part: FramePart) => void
  #prefaceBytesLeft: number
  readonly #head = Buffer.alloc(HEAD_BYTES)
  #headBytes = 0
  /** Bytes of the current frame's payload that have not arrived. */
  #payloadBytesLeft = 0
  #type = 0
  #flags = 0
  #streamId = 0
  /** END_STREAM of the current message. Of a head in several frames, only the first one carries the flag. */
  #isLast = false
  /** A message's head has begun, and its last frame has not. */
  #isInHead = false
  #completeCount = 0

  constructor(sender: 'client' | 'server', onPart: (part: FramePart) => void) {
    this.#prefaceBytesLeft = sender === 'client' ? PREFACE_BYTES : 0
    this.#onPart = onPart
  }

  /** The sender has to send more: the rest of the preface, of a frame, or of the frames of a head. */
  get isIncomplete(): boolean {
    return this.#prefaceBytesLeft > 0 || this.#headBytes > 0 || this.#payloadBytesLeft > 0 || this.#isInHead
  }
  /** Frames that are complete; a head of several frames counts once. */
  get completeCount(): number {
    return this.#completeCount
  }

  read(chunk: Uint8Array): void {
    let offset = Math.min(this.#prefaceBytesLeft, chunk.length)
    if (offset > 0) {
      this.#prefaceBytesLeft -= offset
      this.#onPart({ streamId: 0, bytes: offset, isHead: false, ends: null })
    }
    while (offset < chunk.length) {
      const rest = chunk.subarray(offset)
      offset += this.#payloadBytesLeft > 0 ? this.#readPayload(rest) : this.#readHead(rest)
    }
  }

  #readPayload(rest: Uint8Array): number {
    const bytes = Math.min(rest.length, this.#payloadBytesLeft)
    this.#payloadBytesLeft -= bytes
    this.#emitPart(bytes)
    return bytes
  }

  #readHead(rest: Uint8Array): number {
    const bytes = Math.min(rest.length, HEAD_BYTES - this.#headBytes)
    this.#head.set(rest.subarray(0, bytes), this.#headBytes)
    this.#headBytes += bytes
    if (this.#headBytes < HEAD_BYTES) return bytes
    this.#headBytes = 0
    this.#payloadBytesLeft = this.#head.readUIntBE(0, 3)
    this.#type = this.#head.readUInt8(3)
    this.#flags = this.#head.readUInt8(4)
    this.#streamId = this.#head.readUInt32BE(5) & 0x7fffffff
    if (this.#type === TYPE.data || this.#type === TYPE.headers) this.#isLast = (this.#flags & END_STREAM) !== 0
    this.#emitPart(HEAD_BYTES)
    return bytes
  }

  #emitPart(bytes: number): void {
    const isHead = HEADS.includes(this.#type)
    if (this.#payloadBytesLeft === 0) {
      this.#isInHead = isHead && (this.#flags & END_HEADERS) === 0
      if (!this.#isInHead) this.#completeCount += 1
    }
    const ends = this.#payloadBytesLeft > 0 ? null : this.#endOf(isHead)
    this.#onPart({ streamId: this.#streamId, bytes, isHead, ends })
  }

  #endOf(isHead: boolean): FramePart['ends'] {
    if (this.#type === TYPE.reset) return 'stream'
    const isWhole = isHead ? (this.#flags & END_HEADERS) !== 0 : this.#type === TYPE.data
    return this.#isLast && isWhole ? 'message' : null
  }
}
