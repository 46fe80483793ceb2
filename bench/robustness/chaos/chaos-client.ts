import { RoomMember } from '../../../src/client/room-member.ts'
import type { Net } from '../../../src/client/transports/transport.ts'
import type { Cursor, TransportName } from '../../../src/protocol.ts'
import type { ClientRecorder, Recorder } from '../history/recorder.ts'

const REJOIN_AFTER_MS = 300
/** Shorter than by default, so that a run contains many polls. */
const TUNING = { intervalMs: 50, holdMs: 3000 }

export interface ChaosClientOptions {
  name: string
  room: string
  transport: TransportName
  /** By which the client joins and leaves. */
  net: Net
  /** By which the session connects. */
  connectionNet: Net
  recorder: Recorder
}

/** A member of the room that records what it sees, and joins again whenever the server has ended its membership. */
export class ChaosClient {
  readonly name: string
  readonly #record: ClientRecorder
  readonly #member: RoomMember
  #rejoin: NodeJS.Timeout | undefined

  constructor({ name, recorder, ...options }: ChaosClientOptions) {
    this.name = name
    this.#record = recorder.client(name)
    const observer = this.#record.observer(() => this.#member)
    this.#member = new RoomMember({
      ...options,
      name,
      tuning: TUNING,
      rejoin: 'when-forgotten',
      observer: {
        ...observer,
        state: ({ name: state }) => {
          if (state === 'closed') this.#rejoin = setTimeout(() => this.#member.rejoin(), REJOIN_AFTER_MS)
        },
      },
    })
  }

  get cursor(): Cursor | null {
    return this.#member.cursor
  }
  get transport(): TransportName {
    return this.#member.transport
  }
  /** Whether all messages are answered and a connection is open. */
  get isIdle(): boolean {
    return this.#member.outbox.length === 0 && this.#member.state.name === 'open'
  }
  /** For a run that does not settle. */
  get describedState(): string {
    const { state, outbox, cursor, transport } = this.#member
    return `${this.name}: ${JSON.stringify(state)}, ${transport}, cursor ${cursor}, ${outbox.length} unsent`
  }

  waitUntilJoined(): Promise<boolean> {
    return this.#member.waitUntilJoined()
  }

  /** A text to all, or to another client that has joined. */
  send(text: string, to?: ChaosClient): void {
    const recipient = to === undefined ? undefined : (to.#member.member ?? undefined)
    if (to && !recipient) return
    const { id } = this.#member.send(text, recipient)
    this.#record.add({ kind: 'sent', id, text, ...(recipient ? { to: recipient.id } : {}) })
  }

  use(transport: TransportName): void {
    this.#record.add({ kind: 'switched', to: transport })
    this.#member.use(transport)
  }

  connectOver(net: Net): void {
    this.#member.connectOver(net)
  }

  /** Leaves the room. The history ends here. */
  async leave(): Promise<void> {
    this.#record.end({ kind: 'left' })
    const left = this.#member.leave().catch(() => undefined)
    clearTimeout(this.#rejoin)
    await left
  }

  /** Records how far the client has read. The history ends here, whatever the client does later. */
  settle(): void {
    this.#record.end({ kind: 'settled', cursor: this.cursor ?? '' })
  }
}
