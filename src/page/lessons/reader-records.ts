/** What the records of a reader say about its requests and frames. */
import { totalBytes, type RequestRecord, type FrameRecord, type TraceRecord } from '../../meter.ts'
import { mean } from '../../models/statistics.ts'

interface Recorded {
  records: ReadonlyMap<number, TraceRecord>
}

export type Poll = RequestRecord & { answeredAt: number }

interface Range {
  fromMs: number
  toMs: number
}

const isPoll = (record: TraceRecord): record is Poll =>
  record.type === 'request' && record.kind === 'poll' && record.status !== undefined && record.answeredAt !== undefined

/** Polls that the server answered, by the time of the answer. */
export const pollsOf = ({ records }: Recorded): Poll[] =>
  [...records.values()].filter(isPoll).sort((a, b) => a.answeredAt - b.answeredAt)

export const pollsIn = (polls: readonly Poll[], { fromMs, toMs }: Range): Poll[] =>
  polls.filter(({ answeredAt }) => answeredAt >= fromMs && answeredAt < toMs)

export const isEmpty = ({ events = 0 }: Poll): boolean => events === 0

/** Frames and pieces from the server. */
export const framesDown = ({ records }: Recorded): FrameRecord[] =>
  [...records.values()].filter((record): record is FrameRecord => record.type === 'frame' && record.way === 'down')

/** When the server read the log for the answer. */
const readAt = ({ receivedAt, heldTo }: Poll): number => heldTo ?? receivedAt

/** ms from one read of the log to the arrival of the next request, on average; null with fewer than three. */
export function meanGapMs(polls: readonly Poll[]): number | null {
  const gapsMs = polls.slice(1).map((poll, index) => poll.receivedAt - readAt(polls[index] ?? poll))
  return gapsMs.length < 3 ? null : Math.max(0.1, mean(gapsMs))
}

/**
 * Parts of a span that end in the longest silence near their usual end: an answer at the end of a part, measured a little later than
 * predicted, would else be counted in two different parts.
 *
 * @param arrivalsMs ascending
 */
export function quietPartsOf(span: Range, arrivalsMs: readonly number[], count: number): Range[] {
  const partMs = (span.toMs - span.fromMs) / count
  const times = [span.fromMs, ...arrivalsMs.filter((at) => at > span.fromMs && at < span.toMs), span.toMs]
  const silences = times.slice(1).map((to, index) => ({ to, ms: to - (times[index] ?? to) }))
  const ends = Array.from({ length: count - 1 }, (_, index) => {
    const usual = span.fromMs + (index + 1) * partMs
    const near = silences.filter(({ to, ms }) => Math.abs(to - ms / 2 - usual) < partMs / 3)
    const longest = near.toSorted((a, b) => b.ms - a.ms)[0]
    // Late in the silence: the answer to the message before it has left.
    return longest ? longest.to - 0.1 * longest.ms : usual
  })
  return [...ends, span.toMs].map((toMs, index) => ({ fromMs: ends[index - 1] ?? span.fromMs, toMs }))
}

/** Bytes of the answer or frame that brought each message, by the message's id. */
export function bytesByMessage(recorded: Recorded): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>()
  for (const { brings = [], down } of pollsOf(recorded)) for (const id of brings) bytes.set(id, totalBytes(down))
  for (const { messages = [], bytes: split } of framesDown(recorded))
    for (const id of messages) bytes.set(id, totalBytes(split))
  return bytes
}
