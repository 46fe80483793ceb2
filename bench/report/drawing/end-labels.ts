import { markOf } from '../marks.ts'
import type { Frame } from './axes.ts'
import type { Curve } from './curves.ts'
import type { Scale } from './scales.ts'
import { spread } from './spread.ts'
import { INK, line, text, type Svg } from './svg.ts'
import { widest } from './text-width.ts'

const OFFSET = 16
const LINE_HEIGHT = 15

const named = (curves: readonly Curve[]): Curve[] => curves.filter(({ label }) => label !== undefined)

/** Px at the right of the frame that the names need. */
export const endLabelsWidth = (curves: readonly Curve[]): number =>
  OFFSET + widest(named(curves).map(({ label = '' }) => label), 12) // prettier-ignore

/** Names at the ends of curves. Where two curves end together their names move apart, and a hairline connects name and curve. */
export function endLabels(all: readonly Curve[], px: Scale, py: Scale, { right, top, bottom }: Frame): Svg {
  const curves = named(all)
  const ends = curves.map(({ points }) => py(points.at(-1)?.y ?? 0))
  const placed = spread(ends, LINE_HEIGHT, top, bottom + 4)
  const labels = curves.map(({ subject, label = '', style, points }, i) => {
    const [end = 0, at = 0] = [ends[i], placed[i]]
    const start = Math.max(px(points.at(-1)?.x ?? 0) + 7, right - 20)
    const hairline = line([[start, end], [right + OFFSET - 3, at]], { color: INK.edge, width: 1 }) // prettier-ignore
    const color = style === 'model' ? INK.soft : markOf(subject).ink
    const weight = style === 'measured' || style === 'steps' ? 600 : 400
    return (Math.abs(end - at) > 3 ? hairline : '') + text(label, right + OFFSET, at, { color, size: 12, weight })
  })
  return labels.join('')
}
