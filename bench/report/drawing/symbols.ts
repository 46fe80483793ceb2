import { markOf, type Symbol } from '../marks.ts'
import { element, type Svg } from './svg.ts'

/** About 9 px wide, around 0, 0. */
const SHAPES: Record<Symbol, string> = {
  circle: 'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z',
  square: 'M-4 -4H4V4H-4z',
  diamond: 'M0 -5.5L5.5 0L0 5.5L-5.5 0z',
  triangle: 'M0 -5L5 4H-5z',
  roundedSquare: 'M-2 -4H2a2 2 0 0 1 2 2V2a2 2 0 0 1 -2 2H-2a2 2 0 0 1 -2 -2V-2a2 2 0 0 1 2 -2z',
  arrow: 'M0 -5L4.5 5L0 2.5L-4.5 5z',
  plus: 'M-1.5 -5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5V-1.5H-1.5z',
}

/** The sign of a subject at each point, so that curves can be told apart without their hues. */
export function symbols(subject: string, points: readonly (readonly [number, number])[]): Svg {
  const { symbol, isHollow, hue, line } = markOf(subject)
  const style = isHollow
    ? { fill: 'var(--surface)', stroke: line, 'stroke-width': 2.25 }
    : { fill: hue, stroke: line === hue ? 'var(--surface)' : line, 'stroke-width': 1 }
  const each = points.map(([x, y]) =>
    element('path', { d: SHAPES[symbol], transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` }),
  )
  return element('g', { ...style, 'stroke-linejoin': 'round' }, each.join(''))
}
