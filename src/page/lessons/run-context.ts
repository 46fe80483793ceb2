import type { Random } from '../../random.ts'
import type { TransportName } from '../../transports.ts'
import type { Net, TransportTuning } from '../../client/transports/transport.ts'
import type { Path } from '../../models/path.ts'
import type { LessonPublisher, LessonReader } from './members.ts'
import type { Point } from './point.ts'

/** What this page can use. */
export interface Place {
  /** Profiles of the links that this page reaches. */
  profiles: readonly string[]
  transports: readonly TransportName[]
  /** Requests to the server share one connection, so that the browser's limit of six connections does not apply. */
  isMultiplexed: boolean
}

/** The way of a run, as a model needs it. */
export interface Conditions {
  /** The profile in use; null for the direct way. */
  profile: string | null
  /** ms that the link adds to a round trip. */
  rttMs: number
  bitsPerSecond: number | null
  /** ms, one way, without a link: half of the shortest round trip of the comparison of the clocks; 0 before a run. */
  directMs: number
}

/** One way over the link, and back; `bytes` are those of a whole request or answer, which the bandwidth delays. */
export function pathOf({ rttMs, bitsPerSecond, directMs }: Conditions, bytes: { up: number; down: number }): Path {
  const sendingMs = (count: number) => (bitsPerSecond === null ? 0 : (count * 8000) / bitsPerSecond)
  const oneWayMs = rttMs / 2 + directMs
  return {
    oneWayDownMs: oneWayMs,
    oneWayUpMs: oneWayMs + sendingMs(bytes.up),
    serviceMs: sendingMs(bytes.down),
    thinkMs: 0,
  }
}

/** What a model may assume before a run. */
export const conditionsWithout = (profile: string | null): Conditions => ({
  profile,
  rttMs: 0,
  bitsPerSecond: null,
  directMs: 0,
})

export interface ReaderOptions {
  room: string
  transport: TransportName
  tuning?: Partial<TransportTuning>
  /** Its link among those of the profile: different links share neither bandwidth nor the browser's connections. By default the direct way. */
  link?: number
  /** Of the link; by default that of the lesson's parameter `link`. */
  profile?: string
  /** Begins with the history of the room. */
  history?: true
  /** Wraps the reader's network, such as to read without a cursor or to count. */
  wrapNet?: (net: Net) => Net
}

/** Messages that a publisher sends at these times, in ms from the beginning. */
export interface Stream {
  publisher: LessonPublisher
  dueMs: readonly number[]
  /** By default a text of 40 bytes. */
  text?: (index: number) => string
}

/** The part of a run that is measured, by the server's clock in ms. */
export interface Span {
  fromMs: number
  /** Now, while the run continues. */
  toMs: number
}

/** The delay of one message. */
export interface Latency {
  id: string
  /** ms since the epoch, by the server's clock. */
  storedMs: number
  latencyMs: number
}

/** What a lesson uses while it runs. */
export interface RunContext {
  readonly seed: number
  /** Aborts when the run is cancelled, or when its time is over. */
  readonly signal: AbortSignal
  readonly place: Place
  /** Known better after the clocks are compared: read it when points are made. */
  readonly conditions: Conditions
  /** An independent stream of random numbers for each path. */
  random(...path: number[]): Random
  /** The name of a new room of this run. */
  newRoom(): string
  /** The network over the n-th link with this profile; null without such a link. */
  netOver(profile: string, index: number): Net | null
  /** ms that a link with this profile adds to a round trip; 0 for null. */
  rttOf(profile: string | null): number
  /** The network without a link. */
  readonly direct: Net
  /** Settles when the reader has joined, is open, and has compared the clocks. It leaves when the run ends. */
  openReader(options: ReaderOptions): Promise<LessonReader>
  /** @param ratePerS messages per second that it will send: a fast publisher is several members, since a server limits each */
  openPublisher(room: string, ratePerS: number): Promise<LessonPublisher>
  /** ms since the epoch by the server's clock, for a time of this page's clock. */
  toServerTime(pageMs: number): number
  /** ms from "stored at the server" to receipt, for all messages of a reader. */
  latenciesOf(reader: LessonReader, span?: Span): Latency[]
  /** When each message of a room was stored, in ms since the epoch by the server's clock, ascending. From all readers together. */
  arrivalsIn(room: string): number[]
  wait(ms: number): Promise<void>
  /**
   * Sends all streams at once. Yields the points of `measure` about once a second, and a last time when all readers have all messages and
   * the server's counts are there.
   */
  publish(
    streams: readonly Stream[],
    durationMs: number,
    measure: (span: Span) => readonly Point[],
  ): AsyncIterable<readonly Point[]>
  /** The same without messages: yields the points about once a second for this time, and a last time when the server's counts are there. */
  elapse(ms: number, measure: () => readonly Point[]): AsyncIterable<readonly Point[]>
  /** For a lesson that uses neither of them: 0 to 1. */
  progress(share: number): void
}
