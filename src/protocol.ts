/**
 * The protocol that server and client share: names, limits, schemas, types. The only import from this project is the
 * names of the transports.
 *
 * A room is an append-only log, read by cursor. A transport is a way of reading the log.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import type { TransportName } from './transports.ts'

export { TRANSPORTS, type TransportName } from './transports.ts'

/** The WebSocket subprotocol. A client offers it beside `bearer.<token>`, which carries the member's token; the server selects it. */
export const SUBPROTOCOL = 'chat.v1'
export const BEARER_PREFIX = 'bearer.'

/**
 * On the head of a stream: ms from one heartbeat to the next. The server ends the stream of a member from which it has no request
 * for two heartbeats, since it cannot know otherwise that the member still reads.
 */
export const HEARTBEAT_HEADER = 'heartbeat-ms'

/** Valid room names. */
export const ROOM_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$'
/** The name of a report's folder: no dots and no slashes, so it is never a path. */
export const REPORT_ID_PATTERN = '^[0-9A-Za-z][0-9A-Za-z-]{0,63}$'

/**
 * Matches a text that a person can see. Not enough are white space, controls, characters that Unicode ignores by default (U+200B,
 * U+2060, U+00AD, U+3164), and characters with an empty glyph: interlinear annotation, the blank Braille pattern, the null notehead.
 */
export const VISIBLE_PATTERN =
  '[^\\p{White_Space}\\p{Cc}\\p{Default_Ignorable_Code_Point}\\uFFF9-\\uFFFB\\u2800\\u{1D159}]'

/** Lengths are in characters (Unicode code points). */
export const LIMITS = {
  nameLength: 24,
  textLength: 2000,
  /** Events in one batch. After a batch with `more`, a reader reads again at once. */
  batchEvents: 100,
  /** Members in the answer to a join. */
  joinedRoster: 100,
  /** Members in one answer of `GET /members`, which has all members in pages. */
  rosterPage: 1000,
  /** Bytes of the events of one batch, as JSON; one event alone may not exceed this. Clients often refuse frames above 1 MiB. */
  batchBytes: 262_144,
} as const

/** WebSocket close codes of this protocol, beside the standard 1000, 1001, 1007, 1008, 1009 and 1011. */
export const CLOSE = { badToken: 4401, leaseExpired: 4408, memberEnded: 4410 } as const

/** A member sends one of these texts to have the server end its connection. */
export const CLOSE_COMMANDS: readonly string[] = ['/close', '关闭']

/** The form of a cursor: an epoch, and the number of events that lie before. */
export const CURSOR_PATTERN = '^[0-9a-f]{8}\\.(0|[1-9][0-9]{0,14})$'
/**
 * A text as a command is read: an input method writes ／ and ＠ for / and @, a phone writes the first letter as a capital, and text
 * that was copied may begin with invisible characters. A command that is not recognized would be sent to all members.
 */
export const commandForm = (text: string): string =>
  text
    .replace(/^[\p{Default_Ignorable_Code_Point}\s]+/u, '')
    .trim()
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^\/\s+/, '/')

/** Whether the server ends the member for this text instead of storing it. */
export const isCloseCommand = ({ text }: { text: string }): boolean => CLOSE_COMMANDS.includes(commandForm(text))

/** A position in a room's log. Opaque to clients: store a cursor, send it back, and compare it only for equality. */
export type Cursor = string

/**
 * One annotated call, so that a bundler can remove the schemas from the page, which needs only their types.
 */
export const schemas = /* @__PURE__ */ (() => {
  const closed = { additionalProperties: false }
  const name = Type.String({
    minLength: 1,
    maxLength: LIMITS.nameLength,
    // Invisible characters are excluded: with them, different names could look the same.
    pattern: '^(?!.*\\p{Default_Ignorable_Code_Point})[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}_.-]*$',
    description: 'letters, digits, then also _ . -',
  })
  const quiet = Type.Optional(
    Type.Literal(true, { description: 'looks on: clients need not show that the member comes, is here and goes' }),
  )
  const bot = Type.Optional(Type.Literal(true, { description: 'a program writes the texts of the member' }))
  const member = Type.Object({ id: Type.String(), name: Type.String(), quiet, bot })
  const rosterMember = Type.Object({
    ...member.properties,
    transport: Type.Optional(
      Type.Unsafe<TransportName>(
        Type.String({
          description: 'the transport of its newest request or socket that reads; missing before the first',
        }),
      ),
    ),
  })
  const stamp = {
    seq: Type.Integer({ minimum: 1, description: 'position in the room: 1, 2, 3 …' }),
    id: Type.String({ description: 'the draft id of a message; given by the server otherwise' }),
    at: Type.Integer({ description: 'ms since the epoch, server clock' }),
  }
  const cursor = Type.String({ pattern: CURSOR_PATTERN, description: 'a cursor' })
  const draft = Type.Object(
    {
      id: Type.String({
        pattern: '^[A-Za-z0-9_-]{8,64}$',
        description: '8 to 64 of A-Z a-z 0-9 _ -, chosen by the sender; the same id again is the same message',
      }),
      text: Type.String({
        minLength: 1,
        maxLength: LIMITS.textLength,
        pattern: VISIBLE_PATTERN,
        description: 'at least one visible character',
      }),
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
        description: 'the member left; its lease expired; the server ended the member at its request',
      }),
    }),
    Type.Object({ type: Type.Literal('renamed'), ...stamp, member, was: Type.String() }),
    Type.Object({ type: Type.Literal('notice'), ...stamp, text: Type.String() }),
  ])
  const batch = Type.Object({
    cursor: Type.String({ description: 'the position that this batch reaches' }),
    events: Type.Array(event),
    reset: Type.Optional(
      Type.Literal(true, { description: 'the cursor was not readable: this is the retained history' }),
    ),
    more: Type.Optional(Type.Literal(true, { description: 'more events follow: read again at once' })),
    known: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'of a snapshot: number of leading events that lie before the sent cursor',
      }),
    ),
  })
  const ack = Type.Object(
    { id: Type.String(), seq: Type.Integer({ minimum: 1 }) },
    { description: 'the position of the draft in the log' },
  )
  const problem = Type.Object(
    {
      type: Type.String({ description: 'stable, and meant for programs' }),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.String(),
      field: Type.Optional(Type.String()),
      limit: Type.Optional(Type.Union([Type.String(), Type.Number()])),
      retryAfterMs: Type.Optional(Type.Integer({ description: 'the same request may succeed after this time' })),
      reason: Type.Optional(
        Type.Literal('lease', {
          description: 'of `member-ended`: the lease expired: the member did not ask for the end',
        }),
      ),
    },
    { description: 'RFC 9457; `field` and `limit` help to correct the request' },
  )
  const heartbeat = Type.Object({
    type: Type.Literal('heartbeat'),
    heartbeatMs: Type.Integer({ description: 'ms until the next heartbeat: a page cannot see pings' }),
  })
  return {
    member,
    rosterMember,
    draft,
    event,
    batch,
    ack,
    problem,
    joined: Type.Object({
      member,
      token: Type.String({ description: 'identifies the member: keep it secret' }),
      cursor: Type.String({ description: 'the head at that time: reading after it returns only later events' }),
      roster: Type.Array(rosterMember, {
        maxItems: LIMITS.joinedRoster,
        description: 'members of the room; not all of a large room',
      }),
      memberCount: Type.Integer({ minimum: 1, description: 'all members of the room' }),
      heartbeatMs: Type.Optional(
        Type.Integer({ description: 'ms after which a quiet stream or socket sends a heartbeat' }),
      ),
    }),
    room: Type.Object({
      room: Type.String({
        pattern: ROOM_PATTERN,
        description: '1 to 32 of A-Z a-z 0-9 _ -, the first a letter or a digit',
      }),
    }),
    join: Type.Object(
      {
        name: Type.Optional(name),
        quiet,
        bot,
        token: Type.Optional(
          Type.String({
            pattern: '^[A-Za-z0-9_-]{22,64}$',
            description:
              '22 to 64 of A-Z a-z 0-9 _ -, chosen at random by the client: a join that is repeated with it, since its answer was lost, returns the same member',
          }),
        ),
      },
      closed,
    ),
    rename: Type.Object({ name }, closed),
    leave: Type.Object({
      graceMs: Type.Optional(
        Type.String({
          pattern: '^([0-9]{1,3}|[1-4][0-9]{3}|5000)$',
          description: '0 to 5000 ms; a request of the member within this time cancels the leave',
        }),
      ),
    }),
    rosterPage: Type.Object({
      after: Type.Optional(
        Type.String({ maxLength: 64, description: 'member id: only members whose ids follow it in the order of ids' }),
      ),
      limit: Type.Optional(
        Type.String({ pattern: '^([1-9][0-9]{0,2}|1000)$', description: '1 to 1000 members, 1000 by default' }),
      ),
    }),
    read: Type.Object({
      after: Type.Optional(cursor),
      holdMs: Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$', description: '0 to 999999 ms' })),
    }),
    about: Type.Object({
      transports: Type.Array(Type.String(), { description: 'the transports of this server' }),
      links: Type.Array(
        Type.Object({
          profile: Type.String({ description: 'name of the simulated network' }),
          port: Type.Integer({ description: 'port of the link, on the same host as this server' }),
          rttMs: Type.Number({ description: 'ms that the link adds to a round trip' }),
          bitsPerSecond: Type.Union([Type.Number(), Type.Null()], { description: 'each way; null is no limit' }),
        }),
        { description: 'several ports with one profile are separate links' },
      ),
    }),
    reports: Type.Object({
      reports: Type.Array(
        Type.Object({
          id: Type.String({ pattern: REPORT_ID_PATTERN, description: 'name of the folder, which begins with a time' }),
          bytes: Type.Integer({ description: 'size of report.json' }),
          hasCoefficients: Type.Boolean({ description: 'there is a coefficients.json' }),
          hasPage: Type.Boolean({ description: 'there is a report.html' }),
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
        Type.String({
          maxLength: 64,
          description: 'member id: the request is counted for this member. Gives no rights.',
        }),
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
        id: Type.Optional(Type.String({ description: 'id of the refused draft, if a draft was refused' })),
      }),
      heartbeat,
    ]),
    clockUp: Type.Object({ type: Type.Literal('clock'), sentAt: Type.Number() }, closed),
    traceUp: Type.Object({ type: Type.Literal('trace'), on: Type.Boolean() }, closed),
  }
})()

export type Member = Static<typeof schemas.member>
/** A member as a roster names it. */
export type RosterMember = Static<typeof schemas.rosterMember>
/** A message before it is stored in the log. */
export type Draft = Static<typeof schemas.draft>
export type RoomEvent = Static<typeof schemas.event>
export type MessageEvent = Extract<RoomEvent, { type: 'message' }>
export type LeftReason = Extract<RoomEvent, { type: 'left' }>['reason']
export type Batch = Static<typeof schemas.batch>
/** The answer to `GET /about`. */
export type About = Static<typeof schemas.about>
export type AboutLink = About['links'][number]

/** An entry of the answer to `GET /reports`. */
export type ListedReport = Static<typeof schemas.reports>['reports'][number]

/** The answer to a draft, with its position in the log. */
export type Ack = Static<typeof schemas.ack>

/** The answer to a join. `cursor` is the head at that time: reading after it returns only later events. */
export type Joined = Static<typeof schemas.joined>

/** The answer to a member that renews its lease. A lease of `leaseMs` starts with the answer. */
export interface Present extends Member {
  leaseMs: number
}

/** RFC 9457. `field` and `limit` help to correct the request; `type` is stable and meant for programs. */
export type Problem = Static<typeof schemas.problem>

export type FrameUp = Static<typeof schemas.frameUp>
/** Frames that a member may send on its meter connection: they ask for the time, or for records of the requests of the member. */
export type MeterFrameUp = Static<typeof schemas.clockUp> | Static<typeof schemas.traceUp>
export type FrameDown = Static<typeof schemas.frameDown>
export type HeartbeatFrame = Extract<FrameDown, { type: 'heartbeat' }>
