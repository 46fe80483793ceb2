import type { ByteSplit, RequestRecord, FrameKind, FrameRecord, Way } from '../../meter.ts'
import { transportsThat, type TransportName } from '../../transports.ts'
import type { SwitchEvent } from '../network/switch-event.ts'
import type { ClientObservation } from './tracing-net.ts'

/** A request and its answer: the server's record, the page's observation, or both. */
export interface RequestItem {
  type: 'request'
  key: string
  /** By the page's clock; items are ordered by this time. */
  begunAt: number
  record: RequestRecord | null
  observation: ClientObservation | null
  /** The server's close frame has a separate record. */
  hasCloseRecord?: boolean
}

/** One frame of a socket, or one piece of a streamed answer. */
export interface FrameItem {
  type: 'frame'
  key: string
  begunAt: number
  record: FrameRecord
  request: RequestItem | null
}

/** A switch to another transport or link. */
export interface SwitchItem {
  type: 'switch'
  key: string
  begunAt: number
  switchEvent: SwitchEvent
}

export type Item = RequestItem | FrameItem | SwitchItem

/** A message that the page received. */
export interface WireMessage {
  id: string
  seq: number
  /** By the server's clock. */
  storedAt: number
  /** By the page's clock. */
  shownAt: number
  transport: TransportName
  /** It was in the log before the member came: it has no latency. */
  isHistory: boolean
}

/** A transfer in one direction at one time. */
export interface Arrow {
  key: string
  way: Way
  item: RequestItem | FrameItem
  /** Its name on the wire: GET, 204, batch, ping. */
  name: string
  /** null: the server has no record, so the transfer is counted for no member. */
  transport: TransportName | null
  /** By the page's clock; null where that end is unknown or not reached yet. */
  leftAt: number | null
  arrivedAt: number | null
  bytes: ByteSplit | null
  /** An answer without events. */
  isEmpty: boolean
  /** `failed`: it did not get through. `refused`: the server answered with a problem. `ended`: the server ended the connection. */
  fault: 'failed' | 'refused' | 'ended' | null
  /** Ids of the messages that the transfer carries or acknowledges. */
  messages: readonly string[]
}

const NONE: readonly string[] = []

/** Without a free connection or for its set-up, a request waits in the browser. A shorter wait is not told from the way. */
const LEAST_WAIT_MS = 1000

/**
 * The time for which a request stayed in the browser before it left, by the page's clock: no connection was free. A request
 * that the server has not received may also be stuck on the way.
 *
 * @param oneWayMs from page to server
 */
export function browserWaitOf(
  { record, observation }: RequestItem,
  { toPageTime, oneWayMs, nowAt }: WireTimes,
): { from: number; to: number } | null {
  if (!observation || observation.isBroken || (!record && observation.answeredAt !== null)) return null
  const from = observation.begunAt
  const to = record ? toPageTime(record.receivedAt) - oneWayMs : (observation.endedAt ?? nowAt)
  // The set-up of a connection and a preflight take a round trip each.
  return to - from < LEAST_WAIT_MS + 6 * oneWayMs ? null : { from, to }
}

/** How the times of both clocks are brought together. */
export interface WireTimes {
  /** Converts a time of the server's clock into a time of the page's clock. */
  toPageTime: (at: number) => number
  /** From page to server; 0 where it is not known. */
  oneWayMs: number
  /** The page's clock. */
  nowAt: number
}

export function arrowsOf(item: Item, times: WireTimes): Arrow[] {
  const { toPageTime } = times
  if (item.type === 'switch') return []
  if (item.type === 'frame') return [frameArrow(item, toPageTime)]
  const { record, observation } = item
  const known = { item, transport: record?.transport ?? null }
  const arrows: Arrow[] = [
    {
      ...known,
      key: `${item.key} up`,
      way: 'up',
      name: record?.method ?? observation?.method ?? '',
      leftAt: (observation && (browserWaitOf(item, times)?.to ?? observation.begunAt)) ?? null,
      arrivedAt: record ? toPageTime(record.receivedAt) : null,
      bytes: record?.up ?? null,
      isEmpty: isEmpty(record),
      fault: hasFailed(item) ? 'failed' : null,
      messages: record?.posts ?? NONE,
    },
  ]
  const status = record?.status ?? observation?.status
  const answeredAt = record?.status === undefined ? undefined : record.answeredAt
  const staysOpen = isStream(item) || record?.kind === 'socket'
  const seenAt = observation?.isBroken ? null : staysOpen ? observation?.answeredAt : (observation?.endedAt ?? null)
  if (answeredAt !== undefined || (!record && typeof seenAt === 'number')) {
    arrows.push({
      ...known,
      key: `${item.key} down`,
      way: 'down',
      name: String(status ?? ''),
      leftAt: answeredAt === undefined ? null : toPageTime(answeredAt),
      arrivedAt: seenAt ?? null,
      bytes: record?.down ?? null,
      isEmpty: isEmpty(record),
      fault: (status ?? 0) >= 400 ? 'refused' : null,
      messages: [...(record?.brings ?? NONE), ...(record?.acks ?? NONE)],
    })
  }
  const end = endArrow(item)
  if (end) arrows.push({ ...known, ...end })
  return arrows
}

/** Whether an attempt ended without an answer, and the page did not ask for the end. */
export const hasFailed = ({ record, observation }: RequestItem): boolean =>
  observation ? observation.isBroken && !observation.isAborted : record?.isOver === true && record.status === undefined

const STREAMS = transportsThat(({ carrier, mode }) => carrier === 'HTTP' && mode === 'streaming')

/**
 * Whether its answer stays open. Until the server's record is here, which may be lost at an end, the path and the status tell: a
 * refusal is no stream.
 */
export function isStream({ record, observation }: RequestItem): boolean {
  if (record) return record.kind === 'stream'
  const [path = ''] = observation?.path.split('?') ?? []
  return (observation?.status ?? 0) < 400 && STREAMS.some((name) => path.endsWith(`/${name}`))
}

/** The end of an open connection that the page did not ask for, as far as only the page saw it. */
function endArrow(item: RequestItem): Omit<Arrow, 'item' | 'transport'> | null {
  const { key, observation, hasCloseRecord } = item
  const { endedBy = null, endedAt = null, closeCode = null, isBroken = false } = observation ?? {}
  const isOpenEnded = closeCode !== null || isStream(item)
  if (!isOpenEnded || endedAt === null || endedBy === null || endedBy === 'page' || isBroken || hasCloseRecord)
    return null
  return {
    key: `${key} end`,
    way: 'down',
    name: endedBy === 'network' ? 'cut' : closeCode === null ? 'end' : `close ${closeCode}`,
    leftAt: null,
    arrivedAt: endedAt,
    bytes: null,
    isEmpty: false,
    fault: endedBy === 'network' ? 'failed' : 'ended',
    messages: NONE,
  }
}

/** When the page received or sent a frame; null where the page did not see it. */
export function seenAtOf({ record: { way, kind, index, endsAt }, request }: FrameItem): number | null {
  if (kind === 'close' && way === 'down') return request?.observation?.endedAt ?? null
  const place = endsAt ?? index
  return place === undefined ? null : (request?.observation?.[way].at(place) ?? null)
}

function frameArrow(item: FrameItem, toPageTime: (at: number) => number): Arrow {
  const { way, kind, at, bytes, messages = NONE, transport } = item.record
  const seenAt = seenAtOf(item)
  return {
    key: item.key,
    way,
    item,
    name: kind,
    transport,
    leftAt: way === 'up' ? seenAt : toPageTime(at),
    arrivedAt: way === 'up' ? toPageTime(at) : seenAt,
    bytes,
    isEmpty: EMPTY_KINDS.includes(kind),
    fault: faultOf(item),
    messages,
  }
}

function faultOf({ record: { kind, way }, request }: FrameItem): Arrow['fault'] {
  if (kind === 'error') return 'refused'
  return kind === 'close' && way === 'down' && request?.observation?.endedBy === 'server' ? 'ended' : null
}

/** Frames without content. */
const EMPTY_KINDS: readonly FrameKind[] = ['heartbeat', 'ping', 'pong']

const isEmpty = (record: RequestRecord | null): boolean =>
  record?.kind === 'poll' && record.status !== undefined && record.status < 400 && record.events === 0 && !record.acks

/** The time of an arrow in the list: when it left, or else the best known time. */
export const timeOf = ({ leftAt, arrivedAt, item }: Arrow): number => leftAt ?? arrivedAt ?? item.begunAt
