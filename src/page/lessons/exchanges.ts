/** What the records of a reader say about its requests and frames. */
import { totalBytes, type ExchangeRecord, type FrameRecord, type TraceRecord } from '../../meter.ts'
import { median } from '../../models/statistics.ts'

interface Recorded {
  records: ReadonlyMap<number, TraceRecord>
}

export type Poll = ExchangeRecord & { answeredAt: number }

interface Range {
  fromMs: number
  toMs: number
}

const isPoll = (record: TraceRecord): record is Poll =>
  record.type === 'exchange' && record.kind === 'poll' && record.status !== undefined && record.answeredAt !== undefined

/** Polls that the server answered, by the time of the answer. */
export const pollsOf = ({ records }: Recorded): Poll[] =>
  [...records.values()].filter(isPoll).sort((a, b) => a.answeredAt - b.answeredAt)

export const pollsIn = (polls: readonly Poll[], { fromMs, toMs }: Range): Poll[] =>
  polls.filter(({ answeredAt }) => answeredAt >= fromMs && answeredAt < toMs)

export const isEmpty = ({ events = 0 }: Poll): boolean => events === 0

/** Frames and pieces from the server. */
export const framesDown = ({ records }: Recorded): FrameRecord[] =>
  [...records.values()].filter((record): record is FrameRecord => record.type === 'frame' && record.way === 'down')

/** ms from an answer to the next request, at the server: the median; null with fewer than three. */
export function medianGapMs(polls: readonly Poll[]): number | null {
  const gapsMs = polls.slice(1).map(({ receivedAt }, index) => receivedAt - (polls[index]?.answeredAt ?? receivedAt))
  return gapsMs.length < 3 ? null : Math.max(0.1, median(gapsMs))
}

/** Bytes of the answer or frame that brought each message, by the message's id. */
export function bytesByMessage(recorded: Recorded): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>()
  for (const { brings = [], down } of pollsOf(recorded)) for (const id of brings) bytes.set(id, totalBytes(down))
  for (const { messages = [], bytes: split } of framesDown(recorded))
    for (const id of messages) bytes.set(id, totalBytes(split))
  return bytes
}
