import type { Label } from './pen.ts'

/** Distance of two lines of text. */
const LINE_HEIGHT_PX = 13
/** A label moved further than this would seem to belong to another item. */
const MAX_SHIFT_PX = 30

interface Wanted {
  y: number
  text: string
  colour: string
  font: string
  /** Is placed before other labels. */
  isFirst: boolean
}

export interface LabelColumn {
  add(y: number, text: string, look: { colour: string; font: string }, isFirst?: boolean): void
  place(bounds: { top: number; foot: number }): Label[]
}

/** Labels in a column: a label that would touch another moves down, and is left out when that is too far. */
export function labelColumn(x: number, align: 'left' | 'right'): LabelColumn {
  const wanted: Wanted[] = []
  return {
    add: (y, text, look, isFirst = false) => void wanted.push({ y, text, ...look, isFirst }),
    place({ top, foot }) {
      const firsts = wanted.filter(({ isFirst }) => isFirst).map(({ y }) => y)
      const labels: Label[] = []
      let last = Number.NEGATIVE_INFINITY
      for (const { y, text, colour, font, isFirst } of wanted.sort((a, b) => a.y - b.y)) {
        const at = Math.max(y + 3.8, last + LINE_HEIGHT_PX)
        const isInTheWay = !isFirst && firsts.some((first) => Math.abs(first + 3.8 - at) < LINE_HEIGHT_PX - 1)
        if (isInTheWay || at - y > MAX_SHIFT_PX) continue
        last = at
        if (at > top + 2 && at < foot + 6) labels.push({ x, y: at, text, colour, font, align })
      }
      return labels
    },
  }
}
