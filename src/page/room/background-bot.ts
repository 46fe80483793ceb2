import { signal } from '@preact/signals'
import { seededRandom } from '../../random.ts'
import { BotMember, type BotMemberOptions } from './bot-member.ts'

/** After so long it falls silent by itself: somebody may have forgotten it. */
const LONGEST_MS = 600_000
/** So soon another rate is heeded. */
const HEED_MS = 200

/** Traffic in the room beside one's own: somebody who talks at random moments, as often as it is told to. */
export class BackgroundBot {
  /** Messages per second, on average; 0 while it is silent. */
  readonly ratePerS = signal(0)
  readonly #options: BotMemberOptions
  #over = new AbortController()

  constructor(options: BotMemberOptions) {
    this.#options = options
  }

  set(ratePerS: number): void {
    const was = this.ratePerS.peek()
    this.ratePerS.value = ratePerS
    if (ratePerS === 0) this.#over.abort()
    else if (was === 0) void this.#talk((this.#over = new AbortController()).signal)
  }

  async #talk(isOver: AbortSignal): Promise<void> {
    const seed = 1 + Math.floor(Math.random() * 9999)
    const random = seededRandom(seed)
    const member = new BotMember(this.#options, seed, isOver)
    if (await member.waitUntilJoined()) {
      // As in a Poisson stream; in units of the mean gap, since the rate may change before the next message.
      const gap = () => -Math.log(1 - random())
      let next = gap()
      let at = performance.now()
      const endsAt = at + LONGEST_MS
      while (!member.isGone && at < endsAt) {
        const ratePerMs = this.ratePerS.peek() / 1000
        await member.wait(Math.min(HEED_MS, next / ratePerMs))
        const now = performance.now()
        next -= (now - at) * ratePerMs
        at = now
        for (; next <= 0; next += gap()) member.say()
      }
      member.leave()
    }
    if (!isOver.aborted) this.ratePerS.value = 0
  }
}
