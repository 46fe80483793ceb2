/**
 * All that server and client share: names, limits, schemas, types. Imports nothing of ours.
 *
 * A room is an append-only log, read by cursor. A transport is a way of following it.
 */
import Type, { type Static } from 'typebox'

export const TRANSPORTS = [
  'short-poll',
  'long-poll',
  'websocket',
  'sse',
  'http-stream',
  'snapshot-poll',
  'jsonp-poll',
  'socket-io',
] as const
export type TransportName = (typeof TRANSPORTS)[number]

/** What a WebSocket offers; the server selects it. A second offer, `bearer.<token>`, carries the member's token. */
export const SUBPROTOCOL = 'chat.v1'
export const BEARER_PREFIX = 'bearer.'

/** What a room may be called. */
export const ROOM_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$'

/** Lengths in characters (Unicode code points), counts in pieces. */
export const LIMITS = {
  nameLength: 24,
  textLength: 2000,
  /** Events in one batch. A reader that is told `more` asks again at once. */
  batchEvents: 100,
} as const

/** Close codes of our own, beside the standard 1000, 1001, 1007, 1008, 1009 and 1011. */
export const CLOSE = { badToken: 4401, memberEnded: 4410 } as const

/** Texts by which a member asks the server to end its connection. */
export const CLOSE_COMMANDS: readonly string[] = ['/close', '关闭']

/** A position in a room's log. Opaque to everyone but the log: keep it, send it back, compare it for equality only. */
export type Cursor = string

/**
 * One annotated call, so that a bundler can leave the schemas out of the page: it needs their types only.
 */
export const schemas = /* @__PURE__ */ (() => {
  const closed = { additionalProperties: false }
  const name = Type.String({
    minLength: 1,
    maxLength: LIMITS.nameLength,
    pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}_.-]*$',
    description: 'letters, digits, then also _ . -',
  })
  const member = Type.Object({ id: Type.String(), name: Type.String() })
  const stamp = {
    seq: Type.Integer({ minimum: 1, description: 'position in the room: 1, 2, 3 …' }),
    id: Type.String({ description: 'the draft id of a message; given by the server otherwise' }),
    at: Type.Integer({ description: 'ms since the epoch, server clock' }),
  }
  const cursor = Type.String({ pattern: '^[0-9a-f]{8}\\.(0|[1-9][0-9]{0,14})$', description: 'a cursor' })
  const draft = Type.Object(
    {
      id: Type.String({
        pattern: '^[A-Za-z0-9_-]{8,64}$',
        description: '8 to 64 of A-Z a-z 0-9 _ -, chosen by the sender; the same id again is the same message',
      }),
      text: Type.String({ minLength: 1, maxLength: LIMITS.textLength }),
      to: Type.Optional(
        Type.String({ maxLength: 64, description: 'member id: only that member and the sender see it' }),
      ),
    },
    closed,
  )
  const event = Type.Union([
    Type.Object({
      type: Type.Literal('message'),
      ...stamp,
      from: member,
      text: Type.String(),
      to: Type.Optional(member),
    }),
    Type.Object({ type: Type.Literal('joined'), ...stamp, member }),
    Type.Object({
      type: Type.Literal('left'),
      ...stamp,
      member,
      reason: Type.Enum(['asked', 'lease', 'closed'], {
        description: 'it asked to; its lease ran out; the server ended it at its own request',
      }),
    }),
    Type.Object({ type: Type.Literal('renamed'), ...stamp, member, was: Type.String() }),
    Type.Object({ type: Type.Literal('notice'), ...stamp, text: Type.String() }),
  ])
  const batch = Type.Object({
    cursor: Type.String({ description: 'the position that this batch reaches' }),
    events: Type.Array(event),
    reset: Type.Optional(
      Type.Literal(true, { description: 'the cursor was not readable: this is the retained window' }),
    ),
    more: Type.Optional(Type.Literal(true, { description: 'there is more already: ask again at once' })),
    known: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'of a snapshot: so many events at its front lie before the cursor that was sent',
      }),
    ),
  })
  const ack = Type.Object({ id: Type.String(), seq: Type.Integer({ minimum: 1 }) }, { description: 'where it stands' })
  const problem = Type.Object(
    {
      type: Type.String({ description: 'stable, and meant for programs' }),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.String(),
      field: Type.Optional(Type.String()),
      limit: Type.Optional(Type.Union([Type.String(), Type.Number()])),
    },
    { description: 'RFC 9457; `field` and `limit` say what to mend' },
  )
  return {
    member,
    draft,
    event,
    batch,
    ack,
    problem,
    joined: Type.Object({
      member,
      token: Type.String({ description: 'who has it is the member' }),
      cursor: Type.String({ description: 'the head at that moment: reading after it brings only what follows' }),
      roster: Type.Array(member),
    }),
    room: Type.Object({
      room: Type.String({
        pattern: ROOM_PATTERN,
        description: '1 to 32 of A-Z a-z 0-9 _ -, the first a letter or a digit',
      }),
    }),
    join: Type.Object({ name: Type.Optional(name) }, closed),
    rename: Type.Object({ name }, closed),
    leave: Type.Object({
      graceMs: Type.Optional(
        Type.String({
          pattern: '^([0-9]{1,3}|[1-4][0-9]{3}|5000)$',
          description: '0 to 5000 ms; a contact meanwhile stays',
        }),
      ),
    }),
    read: Type.Object({
      after: Type.Optional(cursor),
      holdMs: Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$', description: '0 to 999999 ms' })),
    }),
    about: Type.Object({
      transports: Type.Array(Type.String(), { description: 'what this server can be read by' }),
      links: Type.Array(
        Type.Object({
          profile: Type.String({ description: 'what the network in between is like' }),
          port: Type.Integer({ description: 'where this server is reached over it, on the same host' }),
          rttMs: Type.Number({ description: 'ms that it adds to a round trip' }),
          bitsPerSecond: Type.Union([Type.Number(), Type.Null()], { description: 'each way; null is no limit' }),
        }),
        { description: 'several ports with one profile are several links, so that their users do not share one' },
      ),
    }),
    lastEventId: Type.Object({ 'last-event-id': Type.Optional(cursor) }),
    ifNoneMatch: Type.Object({
      'if-none-match': Type.Optional(
        // Empty from curl while it has none; weak from behind a proxy that compresses.
        Type.String({
          pattern: '^(W/)?"([0-9a-f]{8}\\.(0|[1-9][0-9]{0,14}))?"$',
          description: 'a cursor in quotes',
        }),
      ),
    }),
    jsonp: Type.Object({
      after: Type.Optional(cursor),
      callback: Type.String({
        pattern: '^[A-Za-z_$][A-Za-z0-9_$]{0,63}$',
        description: '1 to 64 of A-Z a-z 0-9 _ $, the first no digit: the name of a function, and nothing else',
      }),
      for: Type.Optional(
        Type.String({ maxLength: 64, description: 'member id: whose meters count this. Gives no rights.' }),
      ),
    }),
    hello: Type.Object({ after: Type.Optional(cursor), token: Type.Optional(Type.String({ maxLength: 64 })) }, closed),
    frameUp: Type.Object({ type: Type.Literal('message'), draft }, closed),
    frameDown: Type.Union([
      Type.Object({ type: Type.Literal('batch'), batch }),
      Type.Object({ type: Type.Literal('ack'), ack }),
      Type.Object({
        type: Type.Literal('error'),
        error: problem,
        id: Type.Optional(Type.String({ description: 'the draft that was refused, when it was one' })),
      }),
    ]),
    clockUp: Type.Object({ type: Type.Literal('clock'), sentAt: Type.Number() }, closed),
    traceUp: Type.Object({ type: Type.Literal('trace'), on: Type.Boolean() }, closed),
  }
})()

export type Member = Static<typeof schemas.member>
/** A message that is not in the log yet. */
export type Draft = Static<typeof schemas.draft>
export type RoomEvent = Static<typeof schemas.event>
export type MessageEvent = Extract<RoomEvent, { type: 'message' }>
export type LeftReason = Extract<RoomEvent, { type: 'left' }>['reason']
export type Batch = Static<typeof schemas.batch>
/** What a server says of itself at `GET /about`. */
export type About = Static<typeof schemas.about>
export type AboutLink = About['links'][number]

/** The answer to a draft: where it stands in the log. */
export type Ack = Static<typeof schemas.ack>

/** The answer to joining. `cursor` is the head at that moment: reading after it brings only what follows. */
export type Joined = Static<typeof schemas.joined>

/** The answer to a member that only says that it is here. A lease of so many ms, `leaseMs`, begins with it. */
export interface Present extends Member {
  leaseMs: number
}

/** RFC 9457. `field` and `limit` say what to mend; `type` is stable and meant for programs. */
export type Problem = Static<typeof schemas.problem>

export type FrameUp = Static<typeof schemas.frameUp>
/** What a member may say on its meter line: ask for the time, or for records of its exchanges. */
export type MeterFrameUp = Static<typeof schemas.clockUp> | Static<typeof schemas.traceUp>
export type FrameDown = Static<typeof schemas.frameDown>

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
