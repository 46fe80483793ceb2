/** Bytes leave in segments of what a frame carries, or of 5 ms on a fast line: shorter ones cost too much CPU. */
const SEGMENT_BYTES = 1460
const SEGMENT_MS = 5

/** A queue in front of the line of a quarter of a second, as a home router's; between 64 KiB and 1 MiB. */
const QUEUE_SECONDS = 0.25
const LEAST_QUEUE_BYTES = 65_536
const MOST_QUEUE_BYTES = 2 ** 20
/** 1 Gbit/s over 134 ms; a longer or fatter line than that falls short of its bandwidth, for memory's sake. */
const MOST_UNDER_WAY_BYTES = 2 ** 24

/** One direction of the link, which all its connections share: whoever comes first is transmitted first. */
export class BandwidthQueue {
  #freeAtMs = 0

  /** Takes the line for so many bytes and says when their transmission begins. */
  book(nowMs: number, bytes: number, bitsPerSecond: number | null): number {
    if (bitsPerSecond === null) return nowMs
    const startMs = Math.max(nowMs, this.#freeAtMs)
    this.#freeAtMs = startMs + transmissionMs(bytes, bitsPerSecond)
    return startMs
  }

  /** Forgets what is booked. */
  clear(): void {
    this.#freeAtMs = 0
  }
}

/** Bits over bits per second. */
export function transmissionMs(bytes: number, bitsPerSecond: number | null): number {
  return bitsPerSecond === null ? 0 : (bytes * 8_000) / bitsPerSecond
}

export function segmentBytes(bitsPerSecond: number | null): number {
  return bitsPerSecond === null ? Infinity : Math.max(SEGMENT_BYTES, Math.floor((bitsPerSecond / 8_000) * SEGMENT_MS))
}

/**
 * What one direction of one connection may hold: a queue, and what is under way on the line (its bandwidth-delay
 * product). Without a bandwidth the queue alone is the window, as TCP's own: 1 MiB per one-way delay.
 */
export function windowBytes(delayMs: number, bitsPerSecond: number | null): { queue: number; underWay: number } {
  if (bitsPerSecond === null) return { queue: MOST_QUEUE_BYTES, underWay: 0 }
  const bytesPerSecond = bitsPerSecond / 8
  return {
    queue: Math.min(MOST_QUEUE_BYTES, Math.max(LEAST_QUEUE_BYTES, bytesPerSecond * QUEUE_SECONDS)),
    underWay: Math.min(MOST_UNDER_WAY_BYTES, (bytesPerSecond * delayMs) / 1_000),
  }
}
