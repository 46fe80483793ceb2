import { leave } from '../client/members.ts'
import { Session, type SessionObserver } from '../client/session.ts'
import { sleep } from '../client/time.ts'
import type { Net } from '../client/transport.ts'
import type { Joined } from '../protocol.ts'
import { seededRandom, type Random } from '../random.ts'
import { enter } from './entrance.ts'

export interface VoiceOptions {
  net: Net
  room: string
  /** What it says, drawn by chance. */
  lines: () => readonly string[]
}

/** A member that only talks: over a socket of its own, on nobody's line. Its name tells the seed that it draws by. */
export class Voice {
  readonly #options: VoiceOptions
  readonly #session: Session
  readonly #isOver: AbortSignal
  readonly #choose: Random
  #said = 0

  private constructor(
    options: VoiceOptions,
    { member, token, cursor }: Joined,
    seed: number,
    isOver: AbortSignal,
    observer: SessionObserver,
  ) {
    const { net, room } = options
    this.#options = options
    this.#isOver = isOver
    this.#choose = seededRandom(seed, 1)
    this.#session = new Session({ net, room, member, token, cursor, transport: 'websocket', observer })
  }

  /** @returns null when it is not let in, or was not wanted any more before it was */
  static async join(
    options: VoiceOptions,
    seed: number,
    isOver: AbortSignal,
    observer: SessionObserver = {},
  ): Promise<Voice | null> {
    const { net, room } = options
    const wait = (ms: number) => sleep(ms, isOver).catch(() => undefined)
    const joined = await enter(net, room, { name: `bot-${seed}` }, wait, isOver).catch(() => null)
    return joined && new Voice(options, joined, seed, isOver, observer)
  }

  /** Nobody wants to hear it any more, or the server does not know it any more. */
  get isSilenced(): boolean {
    return this.#isOver.aborted || this.#session.state.name === 'closed'
  }

  /** What it was given to say and could not say yet. */
  get unsaid(): number {
    return this.#session.outbox.length
  }

  say(): void {
    const lines = this.#options.lines()
    this.#session.send(`${++this.#said} · ${lines[Math.floor(this.#choose() * lines.length)] ?? ''}`)
  }

  /** Settles when it is time, or sooner when nobody wants to hear it any more. */
  async wait(ms: number): Promise<void> {
    await sleep(ms, this.#isOver).catch(() => undefined)
  }

  leave(): void {
    const { net, room } = this.#options
    this.#session.close()
    leave(net, room, this.#session.token).catch(() => undefined)
  }
}
