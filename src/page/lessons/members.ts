/** The members of a run, as a lesson uses them. */
import type { Counts, TraceRecord } from '../../meter.ts'
import type { MessageEvent, TransportName } from '../../protocol.ts'
import type { RoomMember } from '../../client/room-member.ts'

/** A message that a reader received. */
export interface Delivery {
  event: MessageEvent
  /** By this page's clock, see measure/clock.ts. */
  receivedAt: number
  /** Number of the batch that brought it. */
  batch: number
}

/** A member that reads a room by one transport. */
export interface LessonReader {
  readonly room: string
  readonly transport: TransportName
  readonly deliveries: readonly Delivery[]
  /** Requests and frames as the server recorded them, by id; the newest state of each. */
  readonly records: ReadonlyMap<number, TraceRecord>
  /** The server's counts for its transport. */
  readonly counts: Counts
  /** How often the connection was lost. */
  readonly lost: number
  readonly member: Pick<
    RoomMember,
    | 'cursor'
    | 'connectOver'
    | 'member'
    | 'outbox'
    | 'reconnect'
    | 'send'
    | 'state'
    | 'token'
    | 'transport'
    | 'tune'
    | 'use'
  >
  leave(): void
}

/** Sends messages to a room. */
export interface LessonPublisher {
  readonly room: string
  /** The ids of the messages that were handed over, in order. */
  readonly sent: readonly string[]
  send(text: string): void
  leave(): void
}
