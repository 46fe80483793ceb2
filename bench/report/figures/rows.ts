import { INK, line, text, type Drawing, type Svg } from '../svg.ts'
import { X_AXIS_HEIGHT, xLabels, type Frame } from './axes.ts'
import { scale, ticksWithin, type Axis, type Scale } from './axis.ts'
import { textWidth, widest } from './text-width.ts'

export interface Row {
  name: string
  color: string
  /** At the right of the row; on a phone below its name. */
  verdict?: string
  /** `y` is the middle of the row. */
  draw: (px: Scale, y: number) => Svg
}

interface Rows {
  rows: readonly Row[]
  x: Axis
  width: number
  /** Rows whose names and verdicts decide on the margins: those of all panels, so that their axes stand one under the other. */
  alike?: readonly Row[]
  /** Px that a row needs at the right of the axis. */
  right?: number
}

const NARROW = 500
const TOP = 6
const LINE_HEIGHT = 16
const TRACK = 30

export const isNarrow = (width: number): boolean => width < NARROW

/** Rows over one axis. A row's name stands at its left, on a phone above it. */
export function rows({ rows: all, x, width, alike = all, right = 0 }: Rows): Drawing {
  const narrow = isNarrow(width)
  const verdicts = alike.flatMap(({ verdict }) => verdict ?? [])
  const labelHeight = narrow ? (verdicts.length > 0 ? 2 : 1) * LINE_HEIGHT : 0
  const rowHeight = labelHeight + TRACK + (narrow ? 0 : 4)
  const sides = narrow
    ? { left: Math.max(4, textWidth(x.spell(x.min), 11, 400) / 2), right: Math.max(right, 14) }
    : { left: widest(alike.map(({ name }) => name), 12) + 20, right: right + (verdicts.length > 0 ? widest(verdicts, 12, 400) + 18 : 0) } // prettier-ignore
  const frame: Frame = { left: sides.left, right: width - sides.right, top: TOP, bottom: TOP + all.length * rowHeight }
  const px = scale(x, frame.left, frame.right)
  const content = all.map(({ name, color, verdict, draw }, i) => {
    const top = TOP + i * rowHeight
    const middle = top + labelHeight + TRACK / 2 + (narrow ? -2 : 2)
    const nameStyle = { color, size: 12, weight: 600 } as const
    const verdictStyle = { color: INK.soft, size: 12 } as const
    return [
      // Lines stop below the words of a row.
      ruled(x, px, narrow ? middle - TRACK / 2 + 3 : top, narrow ? middle + TRACK / 2 - 2 : top + rowHeight),
      narrow ? text(name, 4, top + 8, nameStyle) : text(name, frame.left - 12, middle, { ...nameStyle, align: 'end' }),
      verdict === undefined
        ? ''
        : narrow
          ? text(verdict, 4, top + 8 + LINE_HEIGHT, verdictStyle)
          : text(verdict, frame.right + 14, middle, verdictStyle),
      draw(px, middle),
    ].join('')
  })
  return { content: content.join('') + xLabels(x, px, frame), width, height: frame.bottom + X_AXIS_HEIGHT }
}

/** A line at each tick; that of 0 is darker. */
const ruled = (x: Axis, px: Scale, top: number, bottom: number): Svg =>
  ticksWithin(x)
    .map((value) => line([[px(value), top], [px(value), bottom]], { color: value === 0 ? INK.quiet : INK.line, width: 1 }))
    .join('') // prettier-ignore
