import type { ByteSplit, ExchangeRecord, FrameKind, FrameRecord, Way } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import type { SwitchEvent } from '../network/switch-event.ts'
import type { ClientObservation } from './tracing-net.ts'

/** A request and its answer: the server's record, the page's observation, or both. */
export interface ExchangeItem {
  type: 'exchange'
  key: string
  /** By the page's clock; items are ordered by this time. */
  begunAt: number
  record: ExchangeRecord | null
  observation: ClientObservation | null
}

/** One frame of a socket, or one piece of a streamed answer. */
export interface FrameItem {
  type: 'frame'
  key: string
  begunAt: number
  record: FrameRecord
  exchange: ExchangeItem | null
}

/** A switch to another transport or link. */
export interface SwitchItem {
  type: 'switch'
  key: string
  begunAt: number
  switchEvent: SwitchEvent
}

export type Item = ExchangeItem | FrameItem | SwitchItem

/** A message that the page received. */
export interface WireMessage {
  id: string
  seq: number
  /** By the server's clock. */
  storedAt: number
  /** By the page's clock. */
  shownAt: number
  transport: TransportName
}

/** A transfer in one direction at one time. */
export interface Arrow {
  key: string
  way: Way
  item: ExchangeItem | FrameItem
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
  /** Ids of the messages that the transfer carries or acknowledges. */
  messages: readonly string[]
}

const NONE: readonly string[] = []

/** @param toPageTime converts a time of the server's clock into a time of the page's clock */
export function arrowsOf(item: Item, toPageTime: (at: number) => number): Arrow[] {
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
      leftAt: observation?.begunAt ?? null,
      arrivedAt: record ? toPageTime(record.receivedAt) : null,
      bytes: record?.up ?? null,
      isEmpty: isEmpty(record),
      messages: record?.posts ?? NONE,
    },
  ]
  const answeredAt = record?.status === undefined ? undefined : record.answeredAt
  const isStream = record?.kind === 'stream' || record?.kind === 'socket'
  const seenAt = observation?.isBroken ? null : isStream ? observation?.answeredAt : (observation?.endedAt ?? null)
  if (answeredAt !== undefined || (!record && typeof seenAt === 'number')) {
    arrows.push({
      ...known,
      key: `${item.key} down`,
      way: 'down',
      name: record?.status === undefined ? '' : String(record.status),
      leftAt: answeredAt === undefined ? null : toPageTime(answeredAt),
      arrivedAt: seenAt ?? null,
      bytes: record?.down ?? null,
      isEmpty: isEmpty(record),
      messages: [...(record?.brings ?? NONE), ...(record?.acks ?? NONE)],
    })
  }
  return arrows
}

/** When the page received or sent a frame; null where the page did not see it. */
export function seenAtOf({ record: { way, index, endsAt }, exchange }: FrameItem): number | null {
  const place = endsAt ?? index
  return place === undefined ? null : (exchange?.observation?.[way].at(place) ?? null)
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
    messages,
  }
}

/** Frames without content. */
const EMPTY_KINDS: readonly FrameKind[] = ['beat', 'ping', 'pong']

const isEmpty = (record: ExchangeRecord | null): boolean =>
  record?.kind === 'poll' && record.status !== undefined && record.status < 400 && record.events === 0 && !record.acks

/** The time of an arrow in the list: when it left, or else the best known time. */
export const timeOf = ({ leftAt, arrivedAt, item }: Arrow): number => leftAt ?? arrivedAt ?? item.begunAt
