import { X_AXIS_HEIGHT, xLabels } from './axes.ts'
import { scale, ticksWithin, type Axis, type Scale } from './scales.ts'
import { INK, line, text, type Drawing, type Svg } from './svg.ts'
import { textWidth, widest } from './text-width.ts'

export interface Row {
  name: string
  color: string
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

interface Layout {
  /** Ends of the axis. */
  left: number
  right: number
  rowHeight: number
  /** Within a row: its middle, and where the lines of the axis begin and end. */
  middle: number
  lines: readonly [number, number]
  words: (row: Row, top: number) => Svg
}

const TOP = 6

export const isNarrow = (width: number): boolean => width < 500

/** Rows over one axis. */
export function rows(given: Rows): Drawing {
  const { rows: all, x, width } = given
  const { left, right, rowHeight, middle, lines, words } = isNarrow(width) ? namesAbove(given) : namesBeside(given)
  const px = scale(x, left, right)
  const bottom = TOP + all.length * rowHeight
  const content = all.map((row, i) => {
    const top = TOP + i * rowHeight
    return ruled(x, px, top + lines[0], top + lines[1]) + words(row, top) + row.draw(px, top + middle)
  })
  return {
    content: content.join('') + xLabels(x, px, { left, right, top: TOP, bottom }),
    width,
    height: bottom + X_AXIS_HEIGHT,
  }
}

/** The name of a row at its left, the verdict at its right. */
function namesBeside({ rows: all, width, alike = all, right: needed = 0 }: Rows): Layout {
  const verdictWidth = widest(verdictsOf(alike), 12, 400)
  const left = 20 + widest(alike.map(({ name }) => name), 12) // prettier-ignore
  const right = width - needed - (verdictWidth > 0 ? verdictWidth + 18 : 0)
  const words = ({ name, color, verdict = '' }: Row, top: number) =>
    text(name, left - 12, top + 17, { color, size: 12, weight: 600, align: 'end' }) +
    (verdict === '' ? '' : text(verdict, right + 14, top + 17, { color: INK.soft, size: 12 }))
  return { left, right, rowHeight: 34, middle: 17, lines: [0, 34], words }
}

/** On a phone: the name above the row, the verdict below the name, and no line through the words. */
function namesAbove({ rows: all, width, x, alike = all, right: needed = 0 }: Rows): Layout {
  const wordsHeight = verdictsOf(alike).length > 0 ? 32 : 16
  const words = ({ name, color, verdict = '' }: Row, top: number) =>
    text(name, 4, top + 8, { color, size: 12, weight: 600 }) +
    (verdict === '' ? '' : text(verdict, 4, top + 24, { color: INK.soft, size: 12 }))
  return {
    left: Math.max(4, textWidth(x.spell(x.min), 11, 400) / 2),
    right: width - Math.max(needed, 14),
    rowHeight: wordsHeight + 30,
    middle: wordsHeight + 13,
    lines: [wordsHeight + 1, wordsHeight + 26],
    words,
  }
}

const verdictsOf = (all: readonly Row[]): string[] => all.flatMap(({ verdict }) => verdict ?? [])

/** A line at each tick; that of 0 is darker. */
const ruled = (x: Axis, px: Scale, top: number, bottom: number): Svg =>
  ticksWithin(x)
    .map((value) => line([[px(value), top], [px(value), bottom]], { color: value === 0 ? INK.quiet : INK.line, width: 1 }))
    .join('') // prettier-ignore
