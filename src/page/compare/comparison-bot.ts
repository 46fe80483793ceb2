import { signal } from '@preact/signals'
import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { seededRandom } from '../../random.ts'
import { BotMember, type BotMemberOptions } from '../room/bot-member.ts'

/** The length of a conversation. */
export const CONVERSATION_MS = 20_000

/** How long the bot then waits for its unacknowledged messages. */
const DRAIN_MS = 5000

/** The progress of a conversation. */
export interface Progress {
  sent: number
  total: number
  elapsedMs: number
}

/** What is done around a conversation, while the bot is in the room. */
export interface ConversationHooks {
  /** Before the first message; `senderId` is the bot's member id. */
  begin: (senderId: string, wait: (ms: number) => Promise<void>) => Promise<void>
  /** After the last message is acknowledged; `sent` is their number. Not called when the conversation is cancelled. */
  end: (sent: number, wait: (ms: number) => Promise<void>) => Promise<void>
}

/** Sends the messages of a conversation, at times that a seed determines. */
export class ComparisonBot {
  /** null while the bot is stopped. */
  readonly progress = signal<Progress | null>(null)
  readonly #options: BotMemberOptions
  #stop = new AbortController()

  constructor(options: BotMemberOptions) {
    this.#options = options
  }

  /** @param textBytes the size of its texts; null for phrases */
  async run(ratePerS: number, seed: number, textBytes: number | null, hooks: ConversationHooks): Promise<void> {
    this.cancel()
    const { signal: stopSignal } = (this.#stop = new AbortController())
    const dueMs = poissonArrivalsMs(seededRandom(seed), ratePerS, CONVERSATION_MS)
    let startedAt = performance.now()
    let handedOver = 0
    const show = (unsent: readonly unknown[]) => {
      if (stopSignal.aborted) return
      const elapsedMs = Math.min(CONVERSATION_MS, performance.now() - startedAt)
      this.progress.value = { sent: handedOver - unsent.length, total: dueMs.length, elapsedMs }
    }
    show([])
    const member = new BotMember(this.#options, seed, stopSignal, { outbox: show })
    if (await member.waitUntilJoined()) {
      const wait = (ms: number) => member.wait(ms)
      await hooks.begin(member.id ?? '', wait)
      startedAt = performance.now()
      for (const atMs of dueMs) {
        await member.wait(Math.max(0, startedAt + atMs - performance.now()))
        if (member.hasLeft) break
        handedOver += 1
        member.sendNext(textBytes)
      }
      await member.wait(startedAt + CONVERSATION_MS - performance.now())
      const giveUpAt = performance.now() + DRAIN_MS
      while (member.unsent > 0 && !member.hasLeft && performance.now() < giveUpAt) await member.wait(100)
      if (!stopSignal.aborted && !member.hasLeft) await hooks.end(handedOver - member.unsent, wait)
      member.leave()
    }
    if (!stopSignal.aborted) this.progress.value = null
  }

  cancel(): void {
    this.#stop.abort()
    this.progress.value = null
  }
}
