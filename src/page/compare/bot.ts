import { signal } from '@preact/signals'
import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { seededRandom } from '../../random.ts'
import { Voice, type VoiceOptions } from '../voice.ts'

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
export class Bot {
  /** null while it is silent. */
  readonly progress = signal<Progress | null>(null)
  readonly #options: VoiceOptions
  #over = new AbortController()

  constructor(options: VoiceOptions) {
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
    const voice = await Voice.join(this.#options, seed, isOver, { outbox: show })
    if (voice) {
      startedAt = performance.now()
      for (const atMs of dueMs) {
        await voice.wait(Math.max(0, startedAt + atMs - performance.now()))
        if (voice.isSilenced) break
        given += 1
        voice.say()
      }
      await voice.wait(startedAt + CONVERSATION_MS - performance.now())
      const giveUpAt = performance.now() + DRAIN_MS
      while (voice.unsaid > 0 && !voice.isSilenced && performance.now() < giveUpAt) await voice.wait(100)
      voice.leave()
    }
    if (!isOver.aborted) this.progress.value = null
  }

  cancel(): void {
    this.#over.abort()
    this.progress.value = null
  }
}
