import type { RoomMember } from '../../../src/client/room-member.ts'
import type { RoomMemberObserver } from '../../../src/client/room-member-options.ts'
import type { RoomEvent } from '../../../src/protocol.ts'
import { positionOf, type ClientHistory, type Entry, type History } from './history.ts'

/** Records what clients see. */
export class Recorder {
  readonly history: History = { clients: [], faults: [] }
  readonly #startMs = performance.now()

  get nowMs(): number {
    return performance.now() - this.#startMs
  }

  fault(what: string): void {
    this.history.faults.push({ atMs: this.nowMs, what })
  }

  client(client: string): ClientRecorder {
    const recorded: ClientHistory = { client, entries: [] }
    this.history.clients.push(recorded)
    return new ClientRecorder(recorded, () => this.nowMs)
  }
}

type Untimed<T> = T extends unknown ? Omit<T, 'atMs'> : never

export class ClientRecorder {
  readonly recorded: ClientHistory
  readonly #nowMs: () => number
  #hasEnded = false

  constructor(recorded: ClientHistory, nowMs: () => number) {
    this.recorded = recorded
    this.#nowMs = nowMs
  }

  add(entry: Untimed<Entry>): void {
    if (!this.#hasEnded) this.recorded.entries.push({ ...entry, atMs: this.#nowMs() })
  }

  /** The last entry: later ones are left out. */
  end(entry: Untimed<Entry>): void {
    this.add(entry)
    this.#hasEnded = true
  }

  /** Records what the member is given. `member` is called only when events come: the member does not exist before. */
  observer(member: () => Pick<RoomMember, 'cursor'>): RoomMemberObserver {
    return {
      joined: ({ member: { id }, cursor }) => this.add({ kind: 'joined', memberId: id, cursor: cursor ?? '' }),
      ended: ({ type, status }) => this.add({ kind: 'ended', why: `${status} ${type}` }),
      acknowledged: ({ id }, { seq }) => this.add({ kind: 'acknowledged', id, seq }),
      refused: ({ id }, { type, status }) => this.add({ kind: 'refused', id, why: `${status} ${type}` }),
      events: (events, isReset) => {
        const cursor = member().cursor ?? ''
        if (isReset) this.add({ kind: 'reset', cursor, isEmpty: events.length === 0 })
        const { epoch } = positionOf(cursor)
        for (const event of events) this.add({ kind: 'delivered', epoch, ...contentOf(event) })
      },
    }
  }
}

function contentOf(event: RoomEvent) {
  const { seq, id, type } = event
  if (type !== 'message') return { seq, id, type }
  return { seq, id, type, text: event.text, from: event.from.id, ...(event.to ? { to: event.to.id } : {}) }
}
