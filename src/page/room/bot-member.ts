import { RoomMember } from '../../client/room-member.ts'
import type { SessionObserver } from '../../client/session.ts'
import { sleep } from '../../client/transports/time.ts'
import type { Net } from '../../client/transports/transport.ts'
import { seededRandom, type Random } from '../../random.ts'

export interface BotMemberOptions {
  net: Net
  room: string
  /** What it says, drawn by chance. */
  phrases: () => readonly string[]
}

/** A member that only talks, over a socket of its own that no meter shows. Its name tells the seed that it draws by. */
export class BotMember {
  readonly #phrases: () => readonly string[]
  readonly #member: RoomMember
  readonly #signal: AbortSignal
  readonly #random: Random
  #sentCount = 0

  /** @param signal it leaves when this aborts */
  constructor(
    { net, room, phrases }: BotMemberOptions,
    seed: number,
    signal: AbortSignal,
    observer: SessionObserver = {},
  ) {
    this.#phrases = phrases
    this.#random = seededRandom(seed, 1)
    this.#signal = signal
    this.#member = new RoomMember({ net, room, transport: 'websocket', name: `bot-${seed}`, rejoin: 'never', observer })
    signal.addEventListener('abort', () => this.leave())
  }

  /** @returns false when it is not let in, or was to leave before it was */
  waitUntilJoined(): Promise<boolean> {
    return this.#member.waitUntilJoined()
  }

  /** It has left, or the server has ended it. */
  get hasLeft(): boolean {
    return this.#member.token === null
  }

  /** How many messages are not acknowledged yet. */
  get unsent(): number {
    return this.#member.outbox.length
  }

  sendNext(): void {
    const phrases = this.#phrases()
    this.#member.send(`${++this.#sentCount} · ${phrases[Math.floor(this.#random() * phrases.length)] ?? ''}`)
  }

  /** Settles when the time is over, or at once when it is to leave. */
  async wait(ms: number): Promise<void> {
    await sleep(ms, this.#signal).catch(() => undefined)
  }

  leave(): void {
    this.#member.leave().catch(() => undefined)
  }
}
