import type { ByteSplit, FrameRecord } from '../meter.ts'

type Moved = Pick<ByteSplit, 'framing' | 'payload'>

/** A compressed frame. */
export class CompressedFrame {
  readonly record: FrameRecord
  /** Its bytes as if it were not compressed. */
  readonly whole: number
  #text: number
  #crossed = 0
  #payload = 0

  constructor(record: FrameRecord, whole: number, textBytes: number) {
    this.record = record
    this.whole = whole
    this.#text = textBytes
  }

  get isFresh(): boolean {
    return this.#crossed === 0
  }

  /** So many bytes more have crossed for it. Returns what they are. */
  crossed(bytes: number): Moved {
    this.#crossed += bytes
    return this.#move(bytes)
  }

  /** So many of its bytes are a message's text. Returns what changes by that. */
  says(textBytes: number): Moved {
    this.#text = textBytes
    return this.#move(0)
  }

  #move(bytes: number): Moved {
    const payload = Math.floor((this.#crossed * this.#text) / this.whole) - this.#payload
    this.#payload += payload
    return { framing: bytes - payload, payload }
  }
}

/**
 * Frames of one way of a compressed line. What one of them weighs nobody says. So what crossed between two looks is divided
 * among the frames of that time by how long they were before; and of each, text is as large a part as it was. The sums are
 * exact, the shares are not.
 */
export class CompressedFrames {
  #frames: CompressedFrame[] = []

  get last(): CompressedFrame | undefined {
    return this.#frames.at(-1)
  }

  add(frame: CompressedFrame): void {
    this.#frames.push(frame)
  }

  /** Gives the frames what crossed for them. Returns what is left over: all of it, where there was no frame. */
  divide(bytes: number, spend: (record: FrameRecord, bytes: Moved) => void): number {
    const { last } = this
    if (!last || bytes <= 0) return bytes
    const fresh = this.#frames.length > 1 ? this.#frames.filter(({ isFresh }) => isFresh) : this.#frames
    // Compressing takes a while: what of the last one crosses later is its own, unless there is another by then.
    this.#frames = [last]
    let wholeLeft = fresh.reduce((sum, { whole }) => sum + whole, 0)
    let left = bytes
    for (const frame of fresh) {
      const share = Math.round((left * frame.whole) / wholeLeft)
      wholeLeft -= frame.whole
      left -= share
      spend(frame.record, frame.crossed(share))
    }
    return left
  }
}
