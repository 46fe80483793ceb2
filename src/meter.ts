/** Counts of transferred bytes, and the frames of a meter connection. Shared by server and page. */
import type { HeartbeatFrame, TransportName } from './protocol.ts'

/** Bytes at the socket. Each byte that was read or written is counted exactly once. */
export interface ByteSplit {
  /** Request and response heads, including the WebSocket handshake, and preflights. */
  headers: number
  /**
   * The protocol's own bytes around this project's JSON: heads of WebSocket frames, chunk sizes, fields of Server-Sent Events,
   * packet types of Socket.IO, the call of a script, pings, heartbeats.
   */
  framing: number
  /** This project's JSON without the messages' text: names, ids, numbers, the cursor. */
  envelope: number
  /**
   * The messages' text in UTF-8. In compressed frames the parts cannot be told apart: each is assumed to keep the share that
   * it has before compression.
   */
  payload: number
}

/** The parts of a split, from the outside in. */
export const BYTE_PARTS = ['headers', 'framing', 'envelope', 'payload'] as const satisfies (keyof ByteSplit)[]

export const noBytes = (): ByteSplit => ({ headers: 0, framing: 0, envelope: 0, payload: 0 })

export const totalBytes = ({ headers, framing, envelope, payload }: ByteSplit): number =>
  headers + framing + envelope + payload

/** Counts of one member and one transport since the member joined. */
export interface Counts {
  requests: number
  /** Answered polls, and those of them whose answer had no event and no acknowledgement. */
  polls: number
  empty: number
  /** Data frames of a WebSocket in both directions, and pieces of a streamed answer. */
  frames: number
  /** TCP connections on which this transport was used for the first time. */
  opened: number
  /** Messages delivered to this member. */
  delivered: number
  /** Bytes of the heads, both directions, of the requests that opened a stream or a socket. They are among the headers. */
  opening: number
  up: ByteSplit
  down: ByteSplit
}

export const noCounts = (): Counts => ({
  requests: 0,
  polls: 0,
  empty: 0,
  frames: 0,
  opened: 0,
  delivered: 0,
  opening: 0,
  up: noBytes(),
  down: noBytes(),
})

/** Direction of bytes: up to the server, or down to the member. */
export type Way = 'up' | 'down'

/**
 * One request and its answer, as seen by the server. Times are ms since the epoch with fractions, by the clock that the
 * `clock` frames of a meter connection report. A changed record is sent again and replaces the earlier one.
 */
export interface RequestRecord {
  type: 'request'
  /** Unique among all records of a member, in ascending order. */
  id: number
  transport: TransportName
  /** `stream` and `socket`: frame records follow. `preflight`: a browser asks whether it may send the next request. */
  kind: 'poll' | 'post' | 'stream' | 'socket' | 'preflight' | 'other'
  method: string
  /** With the query, without tokens and without ids that give rights. */
  path: string
  /** Number of the TCP connection among those of the member, in the order of first use: 1, 2, 3 … */
  connection: number
  receivedAt: number
  /** Start and end of the time for which the server held the answer. */
  heldFrom?: number
  heldTo?: number
  answeredAt?: number
  /** Missing if no answer was sent. */
  status?: number
  isOver: boolean
  up: ByteSplit
  down: ByteSplit
  /** Ids of the posted drafts; a post of Socket.IO may contain several. */
  posts?: readonly string[]
  /** For a poll: number of events in the answer, and the ids of the messages among them. */
  events?: number
  brings?: readonly string[]
  /** Ids of the drafts that the answer acknowledges: the answer to a post, or with Socket.IO to a poll. */
  acks?: readonly string[]
}

/** The name of a query parameter: the one text for all its spellings. */
function parameterName(parameter: string): string {
  const name = (parameter.split('=')[0] ?? '').replaceAll('+', ' ')
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** The path for records and log lines: without the ids of Engine.IO sessions, which work like a token. */
export function recordedPath(path: string): string {
  const queryAt = path.indexOf('?') + 1
  if (queryAt === 0) return path
  const parameters = path.slice(queryAt).split('&')
  const shown = parameters.map((parameter) => (parameterName(parameter) === 'sid' ? 'sid=…' : parameter))
  return path.slice(0, queryAt) + shown.join('&')
}

/** One frame of a WebSocket, or one piece of a streamed answer. */
export interface FrameRecord {
  type: 'frame'
  id: number
  /** Id of the request that opened the stream or socket. */
  request: number
  transport: TransportName
  way: Way
  kind: FrameKind
  at: number
  bytes: ByteSplit
  /** Number among the frames of this direction that the page can see, from 1. Pings and closes are not visible to a page. */
  index?: number
  /** For a piece: bytes of the answer's body up to the end of the piece. */
  endsAt?: number
  /** Ids of the messages that the frame carries or answers. */
  messages?: readonly string[]
}

/** `rest`: bytes outside complete frames, for example of a frame that is not complete. */
export type FrameKind =
  'batch' | 'message' | 'ack' | 'error' | 'retry' | 'heartbeat' | 'ping' | 'pong' | 'close' | 'other' | 'rest'

export type TraceRecord = RequestRecord | FrameRecord

/** Frames of a meter connection: `report` a few times per second while counts change, `clock` as an answer, `transports` at most once
 * per second. */
export type MeterFrame =
  | {
      type: 'report'
      counts: Partial<Record<TransportName, Counts>>
      /** Open TCP connections of this member, without the meter connection. */
      connections: number
      /** Bytes that left for the body of the member's newest stream that is open; missing without such a stream. */
      streamed?: number
    }
  | { type: 'clock'; sentAt: number; serverAt: number }
  /** By which transport members of the room read, by member id: all members in the first frame, later those whose transport changed. */
  | { type: 'transports'; transports: Record<string, TransportName>; isAll?: true }
  | HeartbeatFrame
  /** A few times per second, if requested. `dropped`: number of records discarded since the last frame. */
  | { type: 'trace'; records: TraceRecord[]; dropped: number }
