import { transports } from '../../client/transports/index.ts'
import type { TransportTraits } from '../../client/transports/transport.ts'
import { totalBytes, type RequestRecord, type FrameKind } from '../../meter.ts'
import { browserWaitOf, hasFailed, seenAtOf, type Arrow, type RequestItem, type FrameItem } from './items.ts'
import type { WireRecords } from './wire-records.ts'

/** The reason for a transfer, as far as the records show. Times in ms. */
export type Reason =
  /** Held, and answered with messages. `againMs`: ms from the answer to the page's next request; null: not yet. */
  | {
      type: 'held'
      heldMs: number
      messages: number
      /** Of the messages that the page has: the record of an answer may arrive before the answer. */
      seqs: readonly number[]
      againMs: number | null
      isOwn: boolean
    }
  | { type: 'holding'; heldMs: number }
  | { type: 'hold-over'; heldMs: number }
  /** Held, and answered with an event that is no message, such as a join. */
  | { type: 'held-event'; heldMs: number }
  /** Answered without a hold, since events were stored already. */
  | { type: 'at-once'; messages: number }
  | { type: 'probe' }
  | { type: 'in-vain' }
  | { type: 'fetched'; messages: number; waitedMs: number | null }
  | { type: 'post'; seq: number | null }
  /** Sent by a post whose answer does not contain the position of the message; another answer contains it. */
  | { type: 'posted' }
  | { type: 'acks' }
  | { type: 'stream' }
  | { type: 'socket'; bytes: number }
  | { type: 'frame'; kind: FrameKind; messages: number }
  /** Without an answer: aborted by the page (`cut`), or cut on the way (`broken`). */
  | { type: 'cut' }
  | { type: 'broken' }
  | { type: 'refused'; status: number }
  /** It stayed in the browser. `isOver`: it has reached the server since. */
  | { type: 'waiting'; waitedMs: number; isOver: boolean }
  /** A piece of a stream that left the server long ago and has not arrived. */
  | { type: 'held-back' }
  /** The server ended an open connection; the connection broke. */
  | { type: 'ended' }
  | { type: 'broken-open' }
  | { type: 'pending' }
  | { type: 'preflight' }
  | { type: 'other' }
  | { type: 'uncounted' }

export function reasonOf(arrow: Arrow, wire: WireRecords, nowAt: number): Reason {
  const { item } = arrow
  if (item.type === 'frame') {
    if (isHeldBack(item, wire, nowAt)) return { type: 'held-back' }
    return { type: 'frame', kind: item.record.kind, messages: item.record.messages?.length ?? 0 }
  }
  const { record, observation } = item
  if (arrow.key.endsWith(' end')) return { type: arrow.fault === 'failed' ? 'broken-open' : 'ended' }
  if (hasFailed(item)) return { type: 'broken' }
  const wait = browserWaitOf(item, { ...wire.times, nowAt })
  if (wait && (!record || arrow.way === 'up')) {
    return { type: 'waiting', waitedMs: wait.to - wait.from, isOver: record !== null }
  }
  if (!record) return { type: 'uncounted' }
  if (record.isOver && record.status === undefined) return { type: observation?.isAborted ? 'cut' : 'broken' }
  if ((record.status ?? 0) >= 400) return { type: 'refused', status: record.status ?? 0 }
  switch (record.kind) {
    case 'post':
      if (record.isOver && !record.acks) return { type: 'posted' }
      return { type: 'post', seq: seqOf(wire, record.posts?.[0]) }
    case 'stream':
      return { type: 'stream' }
    case 'socket':
      return { type: 'socket', bytes: totalBytes(record.up) + totalBytes(record.down) }
    case 'preflight':
      return { type: 'preflight' }
    case 'other':
      return { type: 'other' }
    case 'poll':
      return pollReason(item, record, wire, nowAt)
  }
}

/** A piece that takes longer than this, and longer than any link delays it, is held back. */
const HELD_BACK_MS = 2000

function isHeldBack(item: FrameItem, wire: WireRecords, nowAt: number): boolean {
  const { record, request } = item
  const isOpen = request?.observation?.endedAt === null && request.record?.kind === 'stream'
  if (record.way === 'up' || !isOpen || seenAtOf(item) !== null) return false
  return nowAt - wire.toPageTime(record.at) > HELD_BACK_MS
}

function pollReason(item: RequestItem, record: RequestRecord, wire: WireRecords, nowAt: number): Reason {
  const { heldFrom, heldTo, answeredAt, events = 0, brings = [] } = record
  const { mode } = transports[record.transport]
  const heldMs = heldFrom === undefined ? null : (heldTo ?? nowAt + (wire.clock?.offsetMs ?? 0)) - heldFrom
  if (record.acks && events === 0) return { type: 'acks' }
  if (heldMs !== null) {
    if (heldTo === undefined) return { type: 'holding', heldMs }
    if (events === 0) return mode === 'held' ? { type: 'hold-over', heldMs } : { type: 'other' }
    if (brings.length === 0) return { type: 'held-event', heldMs }
    const seqs = brings.map((id) => seqOf(wire, id)).filter((seq) => seq !== null)
    const isOwn = wire.items.some(
      (other) => other.type === 'request' && other.record?.posts?.some((id) => brings.includes(id)),
    )
    return { type: 'held', heldMs, messages: brings.length, seqs, againMs: againMs(item, wire), isOwn }
  }
  if (answeredAt === undefined) return { type: 'pending' }
  if (events === 0) return EMPTY_ANSWER_REASONS[mode]
  if (mode !== 'interval') return { type: 'at-once', messages: brings.length }
  const [first] = brings
  const storedAt = first === undefined ? undefined : wire.messages.get(first)?.storedAt
  const waitedMs = storedAt === undefined ? null : Math.max(0, answeredAt - storedAt)
  return { type: 'fetched', messages: brings.length, waitedMs }
}

/** The reason for an answer without an event and without a hold. */
const EMPTY_ANSWER_REASONS: Record<TransportTraits['mode'], Reason> = {
  interval: { type: 'in-vain' },
  held: { type: 'probe' },
  streaming: { type: 'other' },
}

/** ms from an answer to the page's next poll of the same transport. */
function againMs(item: RequestItem, wire: WireRecords): number | null {
  const endedAt = item.observation?.endedAt
  if (endedAt === undefined || endedAt === null) return null
  const next = wire.items.find(
    (other) =>
      other.type === 'request' &&
      other.begunAt >= endedAt &&
      other.record?.kind === 'poll' &&
      other.record.transport === item.record?.transport,
  )
  return next ? next.begunAt - endedAt : null
}

const seqOf = (wire: WireRecords, id: string | undefined): number | null =>
  id === undefined ? null : (wire.messages.get(id)?.seq ?? null)
