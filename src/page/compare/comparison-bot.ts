import { signal } from '@preact/signals'
import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { seededRandom } from '../../random.ts'
import { BotMember, type BotMemberOptions } from '../room/bot-member.ts'

/** How long a conversation is. */
export const CONVERSATION_MS = 20_000

/** For how long what has not got through by then is waited for. */
const DRAIN_MS = 5000

/** How far a conversation has come. */
export interface Progress {
  said: number
  of: number
  elapsedMs: number
}

/** Holds a conversation: so many messages, at moments that a seed decides. */
export class ComparisonBot {
  /** null while it is silent. */
  readonly progress = signal<Progress | null>(null)
  readonly #options: BotMemberOptions
  #over = new AbortController()

  constructor(options: BotMemberOptions) {
    this.#options = options
  }

  async talk(ratePerS: number, seed: number): Promise<void> {
    this.cancel()
    const { signal: isOver } = (this.#over = new AbortController())
    const dueMs = poissonArrivalsMs(seededRandom(seed), ratePerS, CONVERSATION_MS)
    let startedAt = performance.now()
    let given = 0
    const show = (unsaid: readonly unknown[]) => {
      if (isOver.aborted) return
      const elapsedMs = Math.min(CONVERSATION_MS, performance.now() - startedAt)
      this.progress.value = { said: given - unsaid.length, of: dueMs.length, elapsedMs }
    }
    show([])
    const member = new BotMember(this.#options, seed, isOver, { outbox: show })
    if (await member.waitUntilJoined()) {
      startedAt = performance.now()
      for (const atMs of dueMs) {
        await member.wait(Math.max(0, startedAt + atMs - performance.now()))
        if (member.isGone) break
        given += 1
        member.say()
      }
      await member.wait(startedAt + CONVERSATION_MS - performance.now())
      const giveUpAt = performance.now() + DRAIN_MS
      while (member.unsent > 0 && !member.isGone && performance.now() < giveUpAt) await member.wait(100)
      member.leave()
    }
    if (!isOver.aborted) this.progress.value = null
  }

  cancel(): void {
    this.#over.abort()
    this.progress.value = null
  }
}
