import { RoomMember } from '../../client/room-member.ts'
import type { SessionObserver } from '../../client/session-options.ts'
import { sleep } from '../../client/transports/time.ts'
import type { Net } from '../../client/transports/transport.ts'
import { seededRandom, type Random } from '../../random.ts'
import { textOfBytes } from './bot-text.ts'

export interface BotMemberOptions {
  net: Net
  room: string
  /** The texts of its messages; each is chosen at random. */
  phrases: () => readonly string[]
}

/** A member that only sends, over a separate socket that no meter shows. Its name contains the seed of its random choices. */
export class BotMember {
  readonly #phrases: () => readonly string[]
  readonly #member: RoomMember
  readonly #signal: AbortSignal
  readonly #random: Random
  #sentCount = 0

  /** @param signal the member leaves when this aborts */
  constructor(
    { net, room, phrases }: BotMemberOptions,
    seed: number,
    signal: AbortSignal,
    observer: SessionObserver = {},
  ) {
    this.#phrases = phrases
    this.#random = seededRandom(seed, 1)
    this.#signal = signal
    this.#member = new RoomMember({
      net,
      room,
      transport: 'websocket',
      name: `bot-${seed}`,
      bot: true,
      rejoin: 'never',
      observer,
    })
    signal.addEventListener('abort', () => this.leave())
  }

  /** @returns false when the server refused it, or when it was to leave before it had joined */
  waitUntilJoined(): Promise<boolean> {
    return this.#member.waitUntilJoined()
  }

  /** null before it has joined. */
  get id(): string | null {
    return this.#member.member?.id ?? null
  }

  /** It has left, or the server has ended its membership. */
  get hasLeft(): boolean {
    return this.#member.token === null
  }

  /** The number of messages that are not acknowledged yet. */
  get unsent(): number {
    return this.#member.outbox.length
  }

  /** @param textBytes the size of the text; null for a phrase */
  sendNext(textBytes: number | null = null): void {
    if (textBytes !== null) {
      this.#member.send(textOfBytes(textBytes, ++this.#sentCount, this.#random))
      return
    }
    const phrases = this.#phrases()
    this.#member.send(phrases[Math.floor(this.#random() * phrases.length)] ?? '…')
  }

  /** Settles after `ms`, or at once when the member is to leave. */
  async wait(ms: number): Promise<void> {
    await sleep(ms, this.#signal).catch(() => undefined)
  }

  leave(): void {
    this.#member.leave().catch(() => undefined)
  }
}
