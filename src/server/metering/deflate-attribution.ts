import type { ByteSplit, FrameRecord } from '../../meter.ts'

export class CompressedFrame {
  /** null without a trace. */
  readonly record: FrameRecord | null
  readonly uncompressedBytes: number
  readonly #contentBytes: number
  #textBytes: number
  #transferredBytes = 0
  #framingBytes = 0
  #payloadBytes = 0

  /** Sizes before compression: of the frame, of the JSON in the frame, and of the text in the JSON. */
  constructor(record: FrameRecord | null, uncompressedBytes: number, contentBytes: number, textBytes: number) {
    this.record = record
    this.uncompressedBytes = uncompressedBytes
    this.#contentBytes = contentBytes
    this.#textBytes = textBytes
  }

  get isUnattributed(): boolean {
    return this.#transferredBytes === 0
  }

  /** Adds transferred bytes of this frame. Returns their split. */
  addTransferred(bytes: number): ByteSplit {
    this.#transferredBytes += bytes
    return { headers: 0, ...this.#updateSplit(bytes) }
  }

  /** Sets the bytes of text before compression. Returns the change in the split of the transferred bytes. */
  setTextBytes(textBytes: number): Omit<ByteSplit, 'headers'> {
    this.#textBytes = textBytes
    return this.#updateSplit(0)
  }

  #updateSplit(bytes: number): Omit<ByteSplit, 'headers'> {
    const payload = Math.floor(this.#shareOf(this.#textBytes)) - this.#payloadBytes
    // Less than a byte of each frame in most cases: rounded down, the sum would be 0.
    const framing = Math.round(this.#shareOf(this.uncompressedBytes - this.#contentBytes)) - this.#framingBytes
    this.#payloadBytes += payload
    this.#framingBytes += framing
    return { framing, envelope: bytes - payload - framing, payload }
  }

  #shareOf(partBytes: number): number {
    return (this.#transferredBytes * partBytes) / this.uncompressedBytes
  }
}

/**
 * The frames of one direction of a compressed connection. Individual compressed sizes are unknown. The bytes transferred
 * between two reads are divided among the frames of that time in proportion to their uncompressed size, and text is
 * assumed to keep its share of each frame. Totals are exact, shares are estimates.
 */
export class CompressedFrames {
  #frames: CompressedFrame[] = []

  get size(): number {
    return this.#frames.length
  }

  add(frame: CompressedFrame): void {
    this.#frames.push(frame)
  }

  /** Assigns each frame its share of the bytes. Returns the remaining bytes: all of them, if there was no frame. */
  distribute(bytes: number, assign: (frame: CompressedFrame, bytes: ByteSplit) => void): number {
    const last = this.#frames.at(-1)
    if (!last || bytes <= 0) return bytes
    const unattributed =
      this.#frames.length > 1 ? this.#frames.filter(({ isUnattributed }) => isUnattributed) : this.#frames
    // Compression takes time: later bytes belong to the last frame, unless another frame follows.
    this.#frames = [last]
    let uncompressedLeft = unattributed.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0)
    let left = bytes
    for (const frame of unattributed) {
      const share = Math.round((left * frame.uncompressedBytes) / uncompressedLeft)
      uncompressedLeft -= frame.uncompressedBytes
      left -= share
      assign(frame, frame.addTransferred(share))
    }
    return left
  }
}
