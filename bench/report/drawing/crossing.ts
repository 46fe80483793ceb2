import type { Frame } from './axes.ts'
import type { Scale } from './scales.ts'
import { INK, line, text, type Svg, type TextStyle } from './svg.ts'
import { textWidth, widest } from './text-width.ts'

/** A rate above which a relation holds: the predicted rate and the measured rate. */
export interface Crossing {
  name: string
  predicted: { at: number; label: string } | null
  measured: { at: number; label: string } | null
}

const ROW = 15
/** Px above the frame for the name and the two rates. */
export const CROSSING_HEIGHT = 3 * ROW + 4
const GAP = 6

/** Three rows above the plot, and a line down from each rate: dotted where the model predicts it. */
export function crossingLines({ name, predicted, measured }: Crossing, px: Scale, width: number, frame: Frame): Svg {
  const nameRow = frame.top - CROSSING_HEIGHT
  const rates = [
    ...(predicted ? [{ ...predicted, row: 1, color: INK.soft, dash: [2, 3], weight: 400 as const }] : []),
    ...(measured ? [{ ...measured, row: 2, color: INK.strong, dash: undefined, weight: 600 as const }] : []),
  ]
  const all = rates.map((rate) => ({ ...rate, x: px(rate.at), y: nameRow + rate.row * ROW }))
  const [first, last] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))]
  const labelWidth = GAP + widest(all.map(({ label }) => label), 11) // prettier-ignore
  // The relation holds to the right of the lines, so the words stand at their left where they have more room there.
  const isLeft = first + last > frame.left + frame.right && first > labelWidth
  const edge = isLeft ? first - GAP : last + GAP
  const align: TextStyle['align'] = isLeft ? 'end' : 'start'
  const nameWidth = textWidth(name, 11, 400)
  const nameX = isLeft ? Math.max(edge, nameWidth) : Math.max(0, Math.min(edge, width - nameWidth))
  return [
    text(name, nameX, nameRow, { color: INK.soft, size: 11, align }),
    ...all.map(
      ({ x, y, label, color, dash, weight }) =>
        line([[x, y], [x, frame.bottom]], { color, width: 1, dash }) +
        text(label, edge, y, { color, size: 11, weight, align }),
    ),
  ].join('') // prettier-ignore
}
