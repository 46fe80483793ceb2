import type { Label } from './pen.ts'

/** From one line of words to the next. */
const LEADING = 13
/** Words further away than this from what they are about would be taken for somebody else's. */
const FARTHEST = 30

interface Wanted {
  y: number
  text: string
  colour: string
  font: string
  /** Stands where it belongs, whatever else has to go. */
  isFirst: boolean
}

export interface Lane {
  put(y: number, text: string, look: { colour: string; font: string }, isFirst?: boolean): void
  labels(bounds: { top: number; foot: number }): Label[]
}

/** Words one below the other in a gutter: those that would touch move down, and go when that is too far. */
export function lane(x: number, align: 'left' | 'right'): Lane {
  const wanted: Wanted[] = []
  return {
    put: (y, text, look, isFirst = false) => void wanted.push({ y, text, ...look, isFirst }),
    labels({ top, foot }) {
      const firsts = wanted.filter(({ isFirst }) => isFirst).map(({ y }) => y)
      const labels: Label[] = []
      let last = Number.NEGATIVE_INFINITY
      for (const { y, text, colour, font, isFirst } of wanted.sort((a, b) => a.y - b.y)) {
        const at = Math.max(y + 3.8, last + LEADING)
        const isInTheWay = !isFirst && firsts.some((first) => Math.abs(first + 3.8 - at) < LEADING - 1)
        if (isInTheWay || at - y > FARTHEST) continue
        last = at
        if (at > top + 2 && at < foot + 6) labels.push({ x, y: at, text, colour, font, align })
      }
      return labels
    },
  }
}
