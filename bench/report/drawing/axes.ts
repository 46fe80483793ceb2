import { ticksWithin, type Axis, type Scale } from './scales.ts'
import { INK, line, text, type Svg } from './svg.ts'
import { textWidth } from './text-width.ts'

/** Edges of the area of an axis or of two, in px of the picture. */
export interface Frame {
  left: number
  right: number
  top: number
  bottom: number
}

/** Below the frame: space for the labels of an x axis and its name. */
export const X_AXIS_HEIGHT = 46

/** Labels below the frame, and the name of the axis below them. A label that would touch the next one is left out. */
export function xLabels(x: Axis, px: Scale, { right, bottom }: Frame): Svg {
  let start = Number.POSITIVE_INFINITY
  const labels = ticksWithin(x).reverse().map((value) => {
    const words = x.spell(value)
    const half = textWidth(words, 11, 400) / 2 + 3
    if (px(value) + half > start) return ''
    start = px(value) - half
    return text(words, px(value), bottom + 15, { color: INK.quiet, size: 11, align: 'middle' })
  }) // prettier-ignore
  const nameEnd = Math.max(right, textWidth(x.name, 11, 400))
  return labels.join('') + text(x.name, nameEnd, bottom + 37, { color: INK.soft, size: 11, align: 'end' })
}

/** The axes of a plot: a base line with ticks for x, lines across the frame for y. The name of y is in the head of the plot. */
export function plotAxes(x: Axis, y: Axis, px: Scale, py: Scale, frame: Frame): Svg {
  const { left, right, bottom } = frame
  const rules = ticksWithin(y).map(
    (value) =>
      line([[left, py(value)], [right, py(value)]], { color: INK.line, width: 1 }) +
      text(y.spell(value), left - 11, py(value), { color: INK.quiet, size: 11, align: 'end' }),
  ) // prettier-ignore
  const edge = { color: INK.edge, width: 1 }
  const ticks = ticksWithin(x).map((value) => line([[px(value), bottom], [px(value), bottom + 5]], edge)) // prettier-ignore
  return [...rules, line([[left, bottom], [right, bottom]], edge), ...ticks, xLabels(x, px, frame)].join('') // prettier-ignore
}
