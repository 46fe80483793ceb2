import type { Cursor, Member, RoomEvent, TransportName } from '../protocol.ts'
import type { Outbox, OutboxObserver } from './outbox.ts'
import type { Roster } from './roster.ts'
import type { SessionState } from './session-state.ts'
import type { Net, TransportTuning } from './transports/transport.ts'

export interface SessionObserver extends OutboxObserver {
  /** `isReset`: these events do not follow the events before; the view begins again. */
  events?: (events: readonly RoomEvent[], isReset: boolean) => void
  state?: (state: SessionState) => void
  roster?: (roster: Roster) => void
}

export interface SessionOptions {
  net: Net
  room: string
  member: Member
  token: string
  /** ms after which the server sends a heartbeat on a quiet connection; undefined if it is not known. */
  heartbeatMs?: number | undefined
  transport: TransportName
  tuning?: Partial<TransportTuning>
  /** Where to begin; null for the retained history. */
  cursor?: Cursor | null
  /** With the drafts that an earlier session could not send; without it, the session makes an outbox. */
  outbox?: Outbox
  observer?: SessionObserver
}
