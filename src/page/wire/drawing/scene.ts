import type { SwitchEvent } from '../../network/switch-event.ts'
import { seenAtOf, type Arrow, type WireMessage, type Item, type WireTimes } from '../items.ts'
import type { View } from './scale.ts'

/** The content of the drawing, and the arrow that is pointed at. */
export interface Scene extends WireTimes {
  view: View
  /** The page's clock now; items that have not ended extend to this time. */
  nowAt: number
  items: readonly Item[]
  messages: ReadonlyMap<string, WireMessage>
  /** Key of the arrow that is pointed at. */
  pointed: string | null
  /** Id of the message whose path is highlighted. */
  followed: string | null
  words: PaintWords
}

/** The texts in the drawing. */
export interface PaintWords {
  client: string
  server: string
  /** The delay in one direction, as far as it is known. */
  oneWay: string | null
  /** Shown where there are too many arrows to tell them apart. */
  tooMany: string
  tick: (at: number, stepMs: number) => string
  held: (ms: number, isOver: boolean) => string
  until: (seq: number) => string
  waited: (ms: number) => string
  inBrowser: (ms: number) => string
  shown: (ms: number) => string
  stored: (seq: number) => string
  arrow: (arrow: Arrow, isAgain: boolean) => string
  /** The labels of both sides of a switch. */
  switch: (switchEvent: SwitchEvent) => [string, string]
}

/** The place of a drawn arrow, so that it can be pointed at. */
export interface DrawnArrow {
  arrow: Arrow
  x1: number
  y1: number
  x2: number
  y2: number
}

/** By the page's clock. An item that is not over ends now. */
export function endOf(item: Item, { nowAt, toPageTime }: Scene): number {
  if (item.type === 'switch') return item.begunAt
  if (item.type === 'frame') return Math.max(item.begunAt, seenAtOf(item) ?? 0)
  const { record, observation } = item
  if (!record?.isOver && (observation?.endedAt ?? null) === null) return nowAt
  return Math.max(
    observation?.endedAt ?? item.begunAt,
    record?.answeredAt === undefined ? 0 : toPageTime(record.answeredAt),
  )
}
