import { markOf } from '../marks.ts'
import type { Scale } from './scales.ts'
import { diamond, INK, line, steps, type Stroke, type Svg } from './svg.ts'
import { symbols } from './symbols.ts'

export interface Point {
  x: number
  y: number
  /** The ends of the 95 % interval of `y`. */
  low?: number | undefined
  high?: number | undefined
  /** The cell of the point is not valid. */
  isInvalid?: boolean
}

export interface Curve {
  subject: string
  points: readonly Point[]
  /** Stands at the end of the curve; without it the curve has no name. */
  label?: string
  /** measured: symbols on a line; steps: a line of steps; faint: a second quantity of the subject; model: a prediction */
  style: 'measured' | 'steps' | 'faint' | 'model'
}

export const MODEL_STROKE: Stroke = { color: INK.strong, width: 1.5, dash: [1.5, 3] }

function strokeOf({ style, subject }: Curve): Stroke {
  const { line: color, dash } = markOf(subject)
  if (style === 'model') return MODEL_STROKE
  if (style === 'faint') return { color, width: 1.25, dash }
  return { color, width: 2.25, dash: style === 'measured' ? dash : undefined }
}

export function curveLine(curve: Curve, px: Scale, py: Scale): Svg {
  const at = curve.points.map(({ x, y }) => [px(x), py(y)] as const)
  const draw = curve.style === 'steps' ? steps : line
  return draw(at, strokeOf(curve)) + (curve.style === 'measured' ? symbols(curve.subject, at) : '')
}

/** A line across each point, from one end of its interval to the other. */
export const whiskers = ({ points, subject }: Curve, px: Scale, py: Scale): Svg =>
  points
    .map(({ x, low, high }) =>
      low === undefined || high === undefined
        ? ''
        : line([[px(x), py(low)], [px(x), py(high)]], { color: markOf(subject).ink, width: 1.5 }),
    )
    .join('') // prettier-ignore

/** An open diamond above each point that is not valid. */
export const invalidMarks = ({ points }: Curve, px: Scale, py: Scale): Svg =>
  points.map(({ x, y, isInvalid }) => (isInvalid ? diamond(px(x), py(y) - 13, 4) : '')).join('')
