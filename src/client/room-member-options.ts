import type { Cursor, Draft, Member, Problem, TransportName } from '../protocol.ts'
import type { Rejoin } from './rejoin-policy.ts'
import type { SessionObserver } from './session-options.ts'
import type { Net, TransportTuning } from './transports/transport.ts'

/** How a membership began: by `resume`, by joining, or by joining again after an end that the member did not ask for. */
export type Arrival = 'resumed' | 'joined' | 'rejoined'

export interface Membership {
  member: Member
  token: string
  /** Where it continues; null for the retained history. */
  cursor?: Cursor | null
  /** ms after which the server sends a heartbeat on a quiet connection; undefined if it is not known. */
  heartbeatMs?: number | undefined
}

export interface RoomMemberObserver extends SessionObserver {
  /** A membership begins; its session comes next. */
  joined?: (membership: Membership, arrival: Arrival) => void
  /** The server has ended the membership. The next state says what follows. */
  ended?: (problem: Problem) => void
}

export interface RoomMemberOptions {
  /** For joining, renaming and leaving. */
  net: Net
  /** For the session's connections; `net` by default. */
  connectionNet?: Net
  room: string
  transport: TransportName
  tuning?: Partial<TransportTuning>
  /** Requested at the first join; later joins request the last name. */
  name?: string | undefined
  /** The member looks on: clients need not show it. */
  quiet?: boolean
  /** A program writes the texts of the member. */
  bot?: boolean
  /** BCP 47; the language of a name that the server invents. */
  language?: () => string
  /** A membership to continue instead of joining. */
  resume?: Membership | null
  /** true: begins with the room's history. When it joins again, it continues at the last cursor in any case. */
  history?: boolean
  /** Drafts that were not acknowledged before the page was reloaded, with their ids. */
  drafts?: readonly Draft[]
  rejoin: Rejoin
  observer?: RoomMemberObserver
}
