/** Bytes leave in segments of the payload of an Ethernet frame, or of 5 ms at a high bandwidth: shorter ones cost too much CPU. */
const SEGMENT_BYTES = 1460
const SEGMENT_MS = 5

/** The queue before the bottleneck holds a quarter of a second, as a home router's does; between 64 KiB and 1 MiB. */
const QUEUE_SECONDS = 0.25
const MIN_QUEUE_BYTES = 65_536
const MAX_QUEUE_BYTES = 2 ** 20
/** 1 Gbit/s over 134 ms. A link with a higher bandwidth-delay product does not reach its bandwidth: this bounds memory. */
const MAX_IN_FLIGHT_BYTES = 2 ** 24

/** The bandwidth of one direction of a link. All connections share it; bytes are transmitted in the order of arrival. */
export class BandwidthQueue {
  #freeAtMs = 0

  /** Reserves time for `bytes`. Returns the time at which their transmission begins. */
  reserve(nowMs: number, bytes: number, bitsPerSecond: number | null): number {
    if (bitsPerSecond === null) return nowMs
    const startMs = Math.max(nowMs, this.#freeAtMs)
    this.#freeAtMs = startMs + transmissionMs(bytes, bitsPerSecond)
    return startMs
  }

  /** Drops all reservations. */
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
 * Bytes that one direction of a connection may hold: the queue, and the bytes in flight (the bandwidth-delay product).
 * Without a bandwidth, the queue is the whole window, like a TCP window: 1 MiB per one-way delay.
 */
export function windowBytes(delayMs: number, bitsPerSecond: number | null): { queue: number; inFlight: number } {
  if (bitsPerSecond === null) return { queue: MAX_QUEUE_BYTES, inFlight: 0 }
  const bytesPerSecond = bitsPerSecond / 8
  return {
    queue: Math.min(MAX_QUEUE_BYTES, Math.max(MIN_QUEUE_BYTES, bytesPerSecond * QUEUE_SECONDS)),
    inFlight: Math.min(MAX_IN_FLIGHT_BYTES, (bytesPerSecond * delayMs) / 1_000),
  }
}
