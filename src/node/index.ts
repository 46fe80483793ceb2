/**
 * The room for programs: join, read in a loop or on demand, send, and switch the transport at any time. The same
 * member as the page's, so the guarantees are the same: every event once and in order, on any transport.
 */
import * as members from '../client/members.ts'
import { readServerAddress } from '../client/server-address.ts'
import type { TransportTuning } from '../client/transports/transport.ts'
import { checkNumber, type NumberRange } from '../number-range.ts'
import { ROOM_PATTERN, type Cursor, type TransportName } from '../protocol.ts'
import { checkTransport, Client, type ClientCallbacks } from './client.ts'
import { nodeNet } from './net.ts'

export type { SessionState } from '../client/session-state.ts'
export { ConnectionError, ProblemError, type TransportTuning } from '../client/transports/transport.ts'
export {
  TRANSPORTS,
  type Ack,
  type Cursor,
  type Member,
  type Problem,
  type RoomEvent,
  type TransportName,
} from '../protocol.ts'
export type { Client, ClientCallbacks } from './client.ts'
export type { Reset, RoomItem } from './unread.ts'

const TUNING_RANGES: Record<keyof TransportTuning, NumberRange> = {
  intervalMs: { min: 10, max: 3_600_000, unit: 'ms' },
  holdMs: { min: 100, max: 600_000, unit: 'ms' },
}
const MAX_PENDING = { default: 10_000, min: 1, max: 1_000_000, unit: 'items' }

export interface JoinOptions extends ClientCallbacks {
  /** 1 to 32 of A-Z a-z 0-9 _ -, the first a letter or a digit; default `lobby`. */
  room?: string
  /** Without one, the server invents a name. */
  name?: string
  /** Default `websocket`. */
  transport?: TransportName
  /**
   * Whole ms: `intervalMs` for transports that poll at intervals, 10 to 3,600,000, default 1000; `holdMs` for a long poll, 100 to
   * 600,000, default 25,000.
   */
  tuning?: Partial<TransportTuning>
  /** true: begins with the room's history, not with the events after joining. */
  history?: boolean
  /**
   * Begins after this cursor of an earlier client, instead of the history or the events after joining. Where the server no longer
   * retains it, a `reset` is read first.
   */
  cursor?: Cursor
  /**
   * How many items may wait to be read: 1 to 1,000,000, default 10,000 (as many as the server retains by default; at most
   * some 4 KB each). Beyond it the oldest are dropped, and a `reset` is read in their place.
   */
  maxPending?: number
}

/**
 * Joins a room of the server at `url`, such as `http://localhost:3000`. The address may have a path, when a proxy serves the server
 * below one. It may lack its scheme, have the scheme of a WebSocket, or be copied from a browser: the room that it names is
 * then the default of `room`.
 *
 * Rejects with TypeError for an address of another form, RangeError for an option out of range, ConnectionError when no server answers, and
 * ProblemError when the server refuses: 400 an invalid name, 409 a name that is taken, 503 a full room.
 */
export async function join(url: string | URL, options: JoinOptions = {}): Promise<Client> {
  const address = readServerAddress(url)
  const { room = address.room ?? 'lobby', name, transport = 'websocket', maxPending = MAX_PENDING.default } = options
  if (!new RegExp(ROOM_PATTERN).test(room)) throw new RangeError(`room is not of the form ${ROOM_PATTERN}: ${room}`)
  checkTransport(transport)
  checkNumber('maxPending', maxPending, MAX_PENDING)
  checkTuning(options.tuning ?? {})
  const net = nodeNet(address.base)
  const { member, token, cursor, heartbeatMs } = await members.join(net, room, { name })
  return new Client(
    { net, room, transport, tuning: options.tuning ?? {} },
    { member, token, heartbeatMs, cursor: options.cursor ?? (options.history ? null : cursor) },
    maxPending,
    options,
  )
}

function checkTuning(tuning: Partial<TransportTuning>): void {
  for (const name of ['intervalMs', 'holdMs'] as const) {
    const { [name]: ms } = tuning
    if (ms !== undefined) checkNumber(`tuning.${name}`, ms, TUNING_RANGES[name])
  }
}
