import type { ByteSplit, FrameRecord } from '../../meter.ts'

/** A compressed frame. */
export class CompressedFrame {
  /** null while nobody traces. */
  readonly record: FrameRecord | null
  /** Its bytes before compression. */
  readonly whole: number
  #text: number
  #crossed = 0
  #payload = 0

  constructor(record: FrameRecord | null, whole: number, textBytes: number) {
    this.record = record
    this.whole = whole
    this.#text = textBytes
  }

  get isFresh(): boolean {
    return this.#crossed === 0
  }

  /** Bytes that crossed for this frame. Returns what they are. */
  addCrossed(bytes: number): ByteSplit {
    this.#crossed += bytes
    return { headers: 0, ...this.#move(bytes) }
  }

  /** Bytes of text in the frame before compression. Returns what changes in the split of what crossed. */
  setText(textBytes: number): { framing: number; payload: number } {
    this.#text = textBytes
    return this.#move(0)
  }

  #move(bytes: number): { framing: number; payload: number } {
    const payload = Math.floor((this.#crossed * this.#text) / this.whole) - this.#payload
    this.#payload += payload
    return { framing: bytes - payload, payload }
  }
}

/**
 * The frames of one direction of a compressed connection. Individual compressed sizes are unknown. The bytes that crossed
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

  /** Gives each frame its share of the bytes. Returns what is left over: all of it, if there was no frame. */
  divide(bytes: number, give: (frame: CompressedFrame, bytes: ByteSplit) => void): number {
    const last = this.#frames.at(-1)
    if (!last || bytes <= 0) return bytes
    const fresh = this.#frames.length > 1 ? this.#frames.filter(({ isFresh }) => isFresh) : this.#frames
    // Compression takes time: bytes of the last frame that cross later are its own, unless there is another by then.
    this.#frames = [last]
    let wholeLeft = fresh.reduce((sum, { whole }) => sum + whole, 0)
    let left = bytes
    for (const frame of fresh) {
      const share = Math.round((left * frame.whole) / wholeLeft)
      wholeLeft -= frame.whole
      left -= share
      give(frame, frame.addCrossed(share))
    }
    return left
  }
}
