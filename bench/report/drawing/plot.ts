import type { Texts } from '../texts/en.ts'
import { plotAxes, X_AXIS_HEIGHT, type Frame } from './axes.ts'
import { CROSSING_HEIGHT, crossingLines, type Crossing } from './crossing.ts'
import { curveLine, invalidMarks, whiskers, type Curve } from './curves.ts'
import { endLabels, endLabelsWidth } from './end-labels.ts'
import { modelEntry, notValidEntry, plotHead } from './legend.ts'
import { scale, type Axis } from './scales.ts'
import type { Drawing } from './svg.ts'
import { widest } from './text-width.ts'

export interface Plot {
  width: number
  height: number
  x: Axis
  y: Axis
  curves: readonly Curve[]
  crossing?: Crossing | undefined
  texts: Texts
}

/** Curves over two axes, each named at its end. */
export function plot({ width, height, x, y, curves: given, crossing, texts }: Plot): Drawing {
  const curves = given.filter(({ points }) => points.length > 0)
  const head = plotHead(y.name, legendOf(curves, texts), width)
  const frame: Frame = {
    left: 13 + widest(y.ticks.map(y.spell), 11, 400),
    right: width - 6 - endLabelsWidth(curves),
    top: head.height + (crossing ? CROSSING_HEIGHT : 0),
    bottom: height - X_AXIS_HEIGHT,
  }
  const [px, py] = [scale(x, frame.left, frame.right), scale(y, frame.bottom, frame.top)]
  const inFront = curves.filter(({ style }) => style === 'model')
  const behind = curves.filter(({ style }) => style !== 'model')
  const content = [
    head.content,
    plotAxes(x, y, px, py, frame),
    crossing ? crossingLines(crossing, px, width, frame) : '',
    ...curves.map((curve) => whiskers(curve, px, py)),
    ...[...behind, ...inFront].map((curve) => curveLine(curve, px, py)),
    ...curves.map((curve) => invalidMarks(curve, px, py)),
    endLabels(curves, px, py, frame),
  ]
  return { content: content.join(''), width, height }
}

const legendOf = (curves: readonly Curve[], { table, notValid }: Texts) => [
  ...(curves.some(({ style, label }) => style === 'model' && label === undefined) ? [modelEntry(table.model)] : []),
  ...(curves.some(({ points }) => points.some(({ isInvalid }) => isInvalid)) ? [notValidEntry(notValid)] : []),
]
