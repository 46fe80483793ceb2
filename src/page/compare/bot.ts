import { signal } from '@preact/signals'
import { leave } from '../../client/members.ts'
import { Session } from '../../client/session.ts'
import { sleep } from '../../client/time.ts'
import type { Net } from '../../client/transport.ts'
import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { seededRandom } from '../../random.ts'
import { enter } from '../entrance.ts'

/** How long a conversation is. */
export const CONVERSATION_MS = 20_000

export interface BotOptions {
  net: Net
  room: string
  /** What it says, drawn by chance. */
  lines: () => readonly string[]
}

/** How far a conversation has come. */
export interface Progress {
  said: number
  of: number
  elapsedMs: number
}

/** Somebody who talks for a while, at moments that a seed decides. It speaks over a socket of its own, on no pane's line. */
export class Bot {
  /** null while it is silent. */
  readonly progress = signal<Progress | null>(null)
  readonly #options: BotOptions
  #over = new AbortController()

  constructor(options: BotOptions) {
    this.#options = options
  }

  async talk(ratePerS: number, seed: number): Promise<void> {
    this.cancel()
    const { signal: isOver } = (this.#over = new AbortController())
    const { net, room, lines } = this.#options
    const wait = (ms: number) => sleep(ms, isOver).catch(() => undefined)
    const dueMs = poissonArrivalsMs(seededRandom(seed), ratePerS, CONVERSATION_MS)
    const choose = seededRandom(seed, 1)
    this.progress.value = { said: 0, of: dueMs.length, elapsedMs: 0 }
    const joined = await enter(net, room, { name: `bot-${seed}` }, wait, isOver).catch(() => null)
    if (!joined) {
      if (!isOver.aborted) this.progress.value = null
      return
    }
    const { member, token, cursor } = joined
    const session = new Session({ net, room, member, token, cursor, transport: 'websocket' })
    const startedAt = performance.now()
    const said = lines()
    for (const [index, atMs] of dueMs.entries()) {
      const leftMs = startedAt + atMs - performance.now()
      if (leftMs > 0) await wait(leftMs)
      if (isOver.aborted) break
      session.send(`${index + 1} · ${said[Math.floor(choose() * said.length)] ?? ''}`)
      this.progress.value = { said: index + 1, of: dueMs.length, elapsedMs: performance.now() - startedAt }
    }
    await wait(startedAt + CONVERSATION_MS - performance.now())
    session.close()
    leave(net, room, token).catch(() => undefined)
    if (!isOver.aborted) this.progress.value = null
  }

  cancel(): void {
    this.#over.abort()
    this.progress.value = null
  }
}
