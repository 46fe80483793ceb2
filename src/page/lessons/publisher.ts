import { RoomMember } from '../../client/room-member.ts'
import type { Net } from '../../client/transports/transport.ts'
import type { LessonPublisher } from './members.ts'

/** Messages per second of one member. A server limits each, and a member has one message under way at a time. */
const RATE_PER_MEMBER = 12

/** Sends messages to a room over WebSockets that no meter shows. */
export class Publisher implements LessonPublisher {
  readonly room: string
  readonly sent: string[] = []
  onChange: () => void = () => undefined
  readonly #members: readonly RoomMember[]
  /** Messages that the server has postponed or refused: it limits the rate. */
  limited = 0
  #acknowledged = 0

  constructor(net: Net, room: string, ratePerS: number) {
    this.room = room
    const observer = {
      acknowledged: () => {
        this.#acknowledged += 1
        this.onChange()
      },
      refused: () => this.#countLimited(),
      postponed: () => this.#countLimited(),
    }
    this.#members = Array.from(
      { length: Math.max(1, Math.ceil(ratePerS / RATE_PER_MEMBER)) },
      () => new RoomMember({ net, room, transport: 'websocket', quiet: true, rejoin: 'never', observer }),
    )
  }

  async waitUntilJoined(): Promise<boolean> {
    return (await Promise.all(this.#members.map((member) => member.waitUntilJoined()))).every(Boolean)
  }

  /** All messages that were handed over are stored. */
  get isAcknowledged(): boolean {
    return this.#acknowledged === this.sent.length
  }

  send(text: string): void {
    const member = this.#members[this.sent.length % this.#members.length]
    if (member) this.sent.push(member.send(text).id)
  }

  leave(): void {
    this.onChange = () => undefined
    for (const member of this.#members) member.leave().catch(() => undefined)
  }

  #countLimited(): void {
    this.limited += 1
  }
}
