import { signal } from '@preact/signals'
import { seededRandom } from '../../random.ts'
import { BotMember, type BotMemberOptions } from './bot-member.ts'

/** The bot stops after this time: its user may have forgotten it. */
const MAX_RUN_MS = 600_000
/** A new rate takes effect within this time. */
const RATE_CHECK_MS = 200

/** Messages per second. */
export const BOT_RATES: readonly number[] = [0, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 50, 100]

/** A bot that sends messages to the room at random times, at an average rate. */
export class BackgroundBot {
  /** Messages per second, on average; 0 while the bot is stopped. */
  readonly ratePerS = signal(0)
  /** The size of its texts in bytes; null for phrases. */
  readonly textBytes = signal<number | null>(null)
  readonly #options: BotMemberOptions
  #stop = new AbortController()

  constructor(options: BotMemberOptions) {
    this.#options = options
  }

  setRate(ratePerS: number): void {
    const before = this.ratePerS.peek()
    this.ratePerS.value = ratePerS
    if (ratePerS === 0) this.#stop.abort()
    else if (before === 0) void this.#run((this.#stop = new AbortController()).signal)
  }

  async #run(stopSignal: AbortSignal): Promise<void> {
    const seed = 1 + Math.floor(Math.random() * 9999)
    const random = seededRandom(seed)
    const member = new BotMember(this.#options, seed, stopSignal)
    if (await member.waitUntilJoined()) {
      // Gaps of a Poisson stream, in units of the mean gap, since the rate may change before the next message.
      const gap = () => -Math.log(1 - random())
      let nextGap = gap()
      let at = performance.now()
      const endsAt = at + MAX_RUN_MS
      while (!member.hasLeft && at < endsAt) {
        const ratePerMs = this.ratePerS.peek() / 1000
        await member.wait(Math.min(RATE_CHECK_MS, nextGap / ratePerMs))
        const now = performance.now()
        nextGap -= (now - at) * ratePerMs
        at = now
        for (; nextGap <= 0; nextGap += gap()) member.sendNext(this.textBytes.peek())
      }
      member.leave()
    }
    if (!stopSignal.aborted) this.ratePerS.value = 0
  }
}
