/** The server's clock as seen from here. */
export interface ClockReading {
  /** ms to add to this page's clock to get the server's. */
  offsetMs: number
  /** The offset is true to ± this: half of the round trip that it was taken from. */
  halfRoundTripMs: number
}

/** Samples that are looked at: the rest of the time the two clocks drift apart. */
const MAX_SAMPLES = 10
/** Clocks that are let alone drift apart by less than this while so many samples are taken. */
const DRIFT_MS = 1

/** This page's clock in ms since the epoch. Monotonic: nobody sets it while we measure. */
export const now = (): number => performance.timeOrigin + performance.now()

/**
 * Compares two clocks by asking for the time and assuming that the answer was written half-way (Cristian's algorithm). The
 * quickest answer of the last few is the one to believe: it leaves the least room for being wrong.
 */
export class Clock {
  #samples: ClockReading[] = []

  /** One answer: asked at `sentAt`, received at `receivedAt`, both by this page's clock. */
  addSample(sentAt: number, serverAt: number, receivedAt: number): void {
    const halfRoundTripMs = (receivedAt - sentAt) / 2
    const sample = { offsetMs: serverAt - (sentAt + halfRoundTripMs), halfRoundTripMs }
    const known = this.reading
    // Each is true to ± its half: where they contradict, the server's clock was set in between.
    const apartMs = known ? Math.abs(sample.offsetMs - known.offsetMs) : 0
    if (known && apartMs > halfRoundTripMs + known.halfRoundTripMs + DRIFT_MS) this.reset()
    this.#samples = [...this.#samples.slice(1 - MAX_SAMPLES), sample]
  }

  /** The machine may have slept, or a clock was set: what was known no longer holds. */
  reset(): void {
    this.#samples = []
  }

  /** null before the first answer. */
  get reading(): ClockReading | null {
    return this.#samples.reduce<ClockReading | null>(
      (best, sample) => (best && best.halfRoundTripMs <= sample.halfRoundTripMs ? best : sample),
      null,
    )
  }
}
