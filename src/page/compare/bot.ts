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

/** For how long what has not got through by then is waited for. */
const DRAIN_MS = 5000

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
    const startedAt = performance.now()
    let sent = 0
    /** What is on its way is not said yet. */
    const show = (unsaid: readonly unknown[]) => {
      if (isOver.aborted) return
      const elapsedMs = Math.min(CONVERSATION_MS, performance.now() - startedAt)
      this.progress.value = { said: sent - unsaid.length, of: dueMs.length, elapsedMs }
    }
    const session = new Session({
      net,
      room,
      member,
      token,
      cursor,
      transport: 'websocket',
      observer: { outbox: show },
    })
    const isSilenced = () => isOver.aborted || session.state.name === 'closed'
    const said = lines()
    for (const [index, atMs] of dueMs.entries()) {
      const leftMs = startedAt + atMs - performance.now()
      if (leftMs > 0) await wait(leftMs)
      if (isSilenced()) break
      sent += 1
      session.send(`${index + 1} · ${said[Math.floor(choose() * said.length)] ?? ''}`)
    }
    await wait(startedAt + CONVERSATION_MS - performance.now())
    const giveUpAt = performance.now() + DRAIN_MS
    while (session.outbox.length > 0 && !isSilenced() && performance.now() < giveUpAt) await wait(100)
    session.close()
    leave(net, room, token).catch(() => undefined)
    if (!isOver.aborted) this.progress.value = null
  }

  cancel(): void {
    this.#over.abort()
    this.progress.value = null
  }
}
