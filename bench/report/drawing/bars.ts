import { markOf, type Mark } from '../marks.ts'
import { isNarrow, rows } from './rows.ts'
import { linearAxis, type Scale } from './scales.ts'
import { INK, rect, text, type Drawing } from './svg.ts'
import { widest } from './text-width.ts'

export type Texture = 'headers' | 'framing' | 'envelope' | 'payload' | 'tcpIp'

export interface Bar {
  subject: string
  name: string
  /** At its end: the sum of its parts, with its unit. */
  label: string
  parts: readonly { value: number; texture: Texture }[]
}

/** Headers = tint, framing = ink, envelope = hatch, payload = solid, as on the page; TCP/IP = dotted. */
export const fillOf = (texture: Texture, { hue, ink, tint, name }: Mark): string =>
  ({ headers: tint, framing: ink, envelope: `url(#hatch-${name})`, payload: hue, tcpIp: `url(#dots-${name})` })[texture]

const THICKNESS = 18

/** Horizontal bars from 0. */
export const bars = (all: readonly Bar[], axisName: string, width: number): Drawing =>
  rows({
    rows: all.map((bar) => ({
      name: bar.name,
      color: markOf(bar.subject).ink,
      draw: (px, y) => drawBar(bar, px, y - THICKNESS / 2),
    })),
    x: linearAxis(axisName, all.map(endOf), isNarrow(width) ? 3 : 6),
    width,
    right: widest(all.map(({ label }) => label), 12) + 14, // prettier-ignore
  })

const endOf = ({ parts }: Bar): number => parts.reduce((sum, { value }) => sum + Math.max(0, value), 0)

function drawBar(bar: Bar, px: Scale, top: number): string {
  const mark = markOf(bar.subject)
  let end = 0
  const parts = bar.parts.map(({ value, texture }) => {
    const start = px(end)
    end += Math.max(0, value)
    return rect(start, top, Math.max(px(end) - start, 0.5), THICKNESS, fillOf(texture, mark), mark.line)
  })
  const label = text(bar.label, px(end) + 8, top + THICKNESS / 2, { color: INK.strong, size: 12, weight: 600 })
  return parts.join('') + label
}
