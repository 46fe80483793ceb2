/** The server's clock as seen from here. */
export interface ClockReading {
  /** ms to add to this page's clock to get the server's. */
  offsetMs: number
  /** The offset is true to ± this: half of the round trip that it was taken from. */
  halfRoundTripMs: number
}

/** Samples that are looked at: the rest of the time the two clocks drift apart. */
const SAMPLES = 10

/** This page's clock in ms since the epoch. Monotonic: nobody sets it while we measure. */
export const now = (): number => performance.timeOrigin + performance.now()

/**
 * Compares two clocks by asking for the time and assuming that the answer was written half-way (Cristian's algorithm). The
 * quickest answer of the last few is the one to believe: it leaves the least room for being wrong.
 */
export class Clock {
  #samples: ClockReading[] = []

  /** One answer: asked at `sentAt`, received at `receivedAt`, both by this page's clock. */
  take(sentAt: number, serverAt: number, receivedAt: number): void {
    const halfRoundTripMs = (receivedAt - sentAt) / 2
    const sample = { offsetMs: serverAt - (sentAt + halfRoundTripMs), halfRoundTripMs }
    this.#samples = [...this.#samples.slice(1 - SAMPLES), sample]
  }

  /** The machine may have slept: what was known no longer holds. */
  forget(): void {
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
