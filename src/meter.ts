/** What is counted on the wire, and what is told of it on a member's meter line. Shared by server and page. */
import type { TransportName } from './protocol.ts'

/** Bytes at the socket. Their sum is what crossed it: nothing is left out and nothing is counted twice. */
export interface ByteSplit {
  /** Request and response heads, the WebSocket handshake included. */
  headers: number
  /** What wraps the text: JSON, WebSocket frame heads, pings. */
  framing: number
  /**
   * The messages' text, in UTF-8. In compressed frames text and JSON cannot be told apart: there it is as large a part of
   * them as it was before.
   */
  payload: number
}

/** What one member's use of one transport has cost since it joined. */
export interface Counts {
  requests: number
  /** Polls that were answered, and those of them whose answer brought no event and acknowledged nothing. */
  polls: number
  empty: number
  /** Data frames of a WebSocket, both ways, and pieces of a streamed answer. */
  frames: number
  /** TCP connections on which this transport was used for the first time. */
  opened: number
  /** Messages brought to this member. */
  delivered: number
  up: ByteSplit
  down: ByteSplit
}

const noBytes = (): ByteSplit => ({ headers: 0, framing: 0, payload: 0 })

/** Where counting begins. */
export const noCounts = (): Counts => ({
  requests: 0,
  polls: 0,
  empty: 0,
  frames: 0,
  opened: 0,
  delivered: 0,
  up: noBytes(),
  down: noBytes(),
})

/** Which way bytes go: up to the server, or down to the member. */
export type Way = 'up' | 'down'

/**
 * One request and its answer, as the server saw them. Times are ms since the epoch with fractions, by the clock that the
 * meter line's clock frames tell. A record is told again when it changes: the last one told is the one that holds.
 */
export interface ExchangeRecord {
  type: 'exchange'
  /** One count for all records of a member. */
  id: number
  transport: TransportName
  /** `stream` and `socket`: what follows the head is told in frames. */
  kind: 'poll' | 'post' | 'stream' | 'socket' | 'other'
  method: string
  /** With its query, never with a token or an id that serves as one. */
  path: string
  /** Which of the member's TCP connections, in the order of their first use: 1, 2, 3 … */
  connection: number
  receivedAt: number
  /** When the server began to hold the answer back, and until when it did. */
  parkedFrom?: number
  parkedTo?: number
  answeredAt?: number
  /** Without one, no answer went out. */
  status?: number
  isOver: boolean
  up: ByteSplit
  down: ByteSplit
  /** Ids of the drafts that were posted; Socket.IO puts several into one post. */
  posts?: readonly string[]
  /** Of a poll: events that the answer brings, and the ids of the messages among them. */
  events?: number
  brings?: readonly string[]
  /** Ids of the drafts that the answer acknowledges: a post's own answer does, or with Socket.IO a poll's. */
  acks?: readonly string[]
}

/** A path as records have it: without the id of an Engine.IO session, which gives its rights to whoever knows it. */
export const recordedPath = (path: string): string => path.replace(/([?&]sid=)[^&]*/, '$1…')

/** One frame of a socket, or one piece of a streamed answer. */
export interface FrameRecord {
  type: 'frame'
  id: number
  /** Id of the exchange that opened the line. */
  exchange: number
  transport: TransportName
  way: Way
  kind: FrameKind
  at: number
  bytes: ByteSplit
  /** Place among what a page is handed on this line in this direction, from 1. A page is not shown pings and closes. */
  index?: number
  /** Of a piece: bytes of the answer's body up to its end. */
  endsAt?: number
  /** Ids of the messages that it carries or answers. */
  messages?: readonly string[]
}

/** `rest`: what crossed beside the frames, of a frame that is not complete yet or never was. */
export type FrameKind =
  'batch' | 'message' | 'ack' | 'error' | 'retry' | 'beat' | 'ping' | 'pong' | 'close' | 'other' | 'rest'

export type TraceRecord = ExchangeRecord | FrameRecord

/** What the meter line says: `report` a few times a second while something changes, `clock` as an answer. */
export type MeterFrame =
  | {
      type: 'report'
      counts: Partial<Record<TransportName, Counts>>
      /** TCP connections of this member that are open now, the meter's own not among them. */
      connections: number
    }
  | { type: 'clock'; sentAt: number; serverAt: number }
  /** To who asked for it, a few times a second. `dropped`: records that there was no room for, since the last frame. */
  | { type: 'trace'; records: TraceRecord[]; dropped: number }
