/** The server's clock relative to this page's clock. */
export interface ClockReading {
  /** ms to add to this page's clock to get the server's. */
  offsetMs: number
  /** The uncertainty of the offset, ±: half of the round trip of its sample. */
  halfRoundTripMs: number
}

/** Samples that are kept: older ones are outdated by drift. */
const MAX_SAMPLES = 10
/** Unadjusted clocks drift by less than this over that number of samples. */
const DRIFT_MS = 1

/** This page's clock in ms since the epoch. Monotonic: it is not set during a measurement. */
export const now = (): number => performance.timeOrigin + performance.now()

/**
 * Compares two clocks: asks for the time, and assumes that the answer was written half-way (Cristian's algorithm). The
 * quickest of the last few answers is used: it has the smallest uncertainty.
 */
export class Clock {
  #samples: ClockReading[] = []
  #isOutdated = false

  /** One answer: asked at `sentAt`, received at `receivedAt`, both by this page's clock. */
  addSample(sentAt: number, serverAt: number, receivedAt: number): void {
    const halfRoundTripMs = (receivedAt - sentAt) / 2
    const sample = { offsetMs: serverAt - (sentAt + halfRoundTripMs), halfRoundTripMs }
    if (this.#isOutdated) this.reset()
    const known = this.reading
    // Each is exact to ± its half: if two contradict, one of the clocks was set in between.
    const apartMs = known ? Math.abs(sample.offsetMs - known.offsetMs) : 0
    if (known && apartMs > halfRoundTripMs + known.halfRoundTripMs + DRIFT_MS) this.reset()
    this.#samples = [...this.#samples.slice(1 - MAX_SAMPLES), sample]
  }

  /** Drops all samples: the machine may have slept, or a clock was set. */
  reset(): void {
    this.#samples = []
    this.#isOutdated = false
  }

  /** The next sample replaces all before: until then they are the best that is known. */
  outdate(): void {
    this.#isOutdated = true
  }

  /** null before the first answer. */
  get reading(): ClockReading | null {
    return this.#samples.reduce<ClockReading | null>(
      (best, sample) => (best && best.halfRoundTripMs <= sample.halfRoundTripMs ? best : sample),
      null,
    )
  }
}
