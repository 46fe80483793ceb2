import type { SwitchEvent } from '../../network/switch-event.ts'
import { seenAtOf, type Arrow, type WireMessage, type Item } from '../items.ts'
import type { View } from './scale.ts'

/** What is drawn, and what of it is pointed at. */
export interface Scene {
  view: View
  /** The page's clock now; what has not ended goes on to here. */
  nowAt: number
  items: readonly Item[]
  messages: ReadonlyMap<string, WireMessage>
  toPageTime: (serverAt: number) => number
  /** Key of the arrow that is pointed at. */
  pointed: string | null
  /** Id of the message whose way is lit. */
  followed: string | null
  words: PaintWords
}

/** The few words in the drawing. */
export interface PaintWords {
  client: string
  server: string
  /** How long a byte takes one way, as far as it is known. */
  oneWay: string | null
  /** What helps where there are too many arrows to tell them apart. */
  tooMany: string
  tick: (at: number, stepMs: number) => string
  parked: (ms: number, isOver: boolean) => string
  until: (seq: number) => string
  waited: (ms: number) => string
  shown: (ms: number) => string
  stored: (seq: number) => string
  arrow: (arrow: Arrow, isAgain: boolean) => string
  /** What it went from, and what to. */
  switch: (switchEvent: SwitchEvent) => [string, string]
}

/** An arrow where it was drawn, so that it can be pointed at. */
export interface DrawnArrow {
  arrow: Arrow
  x1: number
  y1: number
  x2: number
  y2: number
}

/** By the page's clock. What is not over goes on until now. */
export function endOf(item: Item, { nowAt, toPageTime }: Scene): number {
  if (item.type === 'switch') return item.begunAt
  if (item.type === 'frame') return Math.max(item.begunAt, seenAtOf(item) ?? 0)
  const { record, observation } = item
  if (record && !record.isOver && (observation?.endedAt ?? null) === null) return nowAt
  return Math.max(
    observation?.endedAt ?? item.begunAt,
    record?.answeredAt === undefined ? 0 : toPageTime(record.answeredAt),
  )
}
