import type { EChartsCoreOption } from 'echarts/core'
import { markOf, type Mark } from '../marks.ts'
import { along, type Axis } from './axis.ts'
import { diamond, line, text, textWidth, type Element } from './elements.ts'
import { spread } from './spread.ts'

export interface Curve {
  subject: string
  points: readonly (readonly [number, number])[]
  /** The 95 % interval of each point. */
  intervals?: readonly (readonly [number, number] | null)[]
  /** Points of cells that are not valid. */
  invalid?: readonly boolean[]
  /** Named at its end; without it the curve has no name. */
  label?: string
  /** measured: marks on a line; curve: a line; faint: a second quantity of the same subject; model: what was predicted */
  style: 'measured' | 'curve' | 'faint' | 'model'
  isStep?: boolean
}

/** A rate at which something changes: where the model has it, and where it was found. */
export interface Crossing {
  name: string
  predicted: { at: number; label: string } | null
  measured: { at: number; label: string } | null
}

export interface Plot {
  width: number
  height: number
  x: Axis
  y: Axis
  curves: readonly Curve[]
  crossing?: Crossing
  notValid: string
}

const BAND_LINE = 15
const END_GAP = 15
export const INK = { strong: 'var(--ink)', soft: 'var(--ink-2)', quiet: 'var(--ink-3)', line: 'var(--line)' } as const

/** Curves over two axes, each named at its end. */
export function plot({ width, height, x, y, curves, crossing, notValid }: Plot): EChartsCoreOption {
  const named = curves.filter(({ label }) => label !== undefined)
  const labelWidth = Math.max(0, ...named.map(({ label = '' }) => textWidth(label, 12)))
  const tickWidth = Math.max(...y.ticks.map((value) => textWidth(y.spell(value), 11, 400)))
  const frame = {
    left: Math.ceil(tickWidth) + 16,
    right: Math.ceil(labelWidth) + 22,
    top: crossing ? 44 + 3 * BAND_LINE : 34,
    bottom: 48,
  }
  const px = (value: number) => frame.left + along(x, value) * (width - frame.left - frame.right)
  const py = (value: number) => height - frame.bottom - along(y, value) * (height - frame.top - frame.bottom)
  const elements: Element[] = [
    text(y.name, 4, 12, { color: INK.soft, size: 11 }),
    text(x.name, width - frame.right, height - 12, { color: INK.soft, size: 11, align: 'right' }),
    ...endLabels(named, { py, height, top: frame.top, bottom: frame.bottom, left: width - frame.right }),
    ...curves.flatMap((curve) => [...whiskers(curve, px, py), ...doubts(curve, px, py)]),
    ...(crossing ? crossingMarks(crossing, { px, width, height, ...frame }) : []),
  ]
  if (curves.some(({ invalid }) => invalid?.some(Boolean))) {
    const start = width - 4 - textWidth(notValid, 11, 400)
    elements.push(diamond(start - 8, 12, 4.5), text(notValid, start, 12, { color: INK.soft, size: 11 }))
  }
  return {
    grid: frame,
    xAxis: axis(x, false),
    yAxis: axis(y, true),
    series: curves.map((curve) => series(curve, x, y)),
    graphic: { elements },
  }
}

function axis({ ticks, spell, ...rest }: Axis, hasLines: boolean) {
  const at = ticks
    .map((value) => along({ ticks, spell, ...rest }, value))
    .filter((share) => share >= -1e-9 && share <= 1 + 1e-9)
  const spellShare = (share: number) => {
    const index = ticks.findIndex((value) => Math.abs(along({ ticks, spell, ...rest }, value) - share) < 1e-6)
    return index < 0 ? '' : spell(ticks[index] ?? 0)
  }
  return {
    type: 'value',
    min: 0,
    max: 1,
    axisLine: { show: !hasLines, lineStyle: { color: 'var(--line-strong)' }, onZero: false },
    axisTick: { show: !hasLines, customValues: at, lineStyle: { color: 'var(--line-strong)' } },
    splitLine: { show: hasLines, lineStyle: { color: INK.line } },
    axisLabel: {
      customValues: at,
      formatter: spellShare,
      color: INK.quiet,
      fontSize: 11,
      hideOverlap: true,
      margin: 8,
    },
  }
}

function series({ subject, points, style, isStep = false }: Curve, x: Axis, y: Axis) {
  const mark = markOf(subject)
  const stroke = strokeOf(style, mark)
  return {
    type: 'line',
    data: points.map(([a, b]) => [along(x, a), along(y, b)]),
    clip: true,
    ...(isStep ? { step: 'end' } : {}),
    silent: true,
    symbol: style === 'measured' ? mark.symbol : 'none',
    showAllSymbol: true,
    symbolSize: mark.isHollow ? 8 : mark.symbol === 'rect' ? 8 : 9,
    lineStyle: { ...stroke, cap: 'butt', join: 'round' },
    itemStyle: mark.isHollow
      ? { color: 'var(--surface)', borderColor: mark.line, borderWidth: 2.5 }
      : { color: mark.hue, borderColor: mark.line === mark.hue ? 'var(--surface)' : mark.line, borderWidth: 1 },
    z: style === 'model' ? 4 : 3,
  }
}

function strokeOf(style: Curve['style'], { line: color, dash }: Mark) {
  if (style === 'model') return { color: INK.strong, width: 1.5, type: [1.5, 3] }
  return { color, width: style === 'faint' ? 1.25 : 2.25, type: style === 'curve' ? 'solid' : dash }
}

interface EndFrame {
  py: (value: number) => number
  height: number
  top: number
  bottom: number
  left: number
}

/** Where two curves end together their names move apart, and a hairline says whose is whose. */
function endLabels(curves: readonly Curve[], { py, height, top, bottom, left }: EndFrame): Element[] {
  const ends = curves.map(({ points }) => Math.min(height - bottom, Math.max(top, py(points.at(-1)?.[1] ?? 0))))
  const placed = spread(ends, END_GAP, top, height - bottom + 4)
  return curves.flatMap(({ subject, label = '', style }, i) => {
    const [end = 0, at = 0] = [ends[i], placed[i]]
    const color = style === 'model' ? INK.soft : markOf(subject).ink
    return [
      ...(Math.abs(end - at) > 3
        ? [
            line(
              [
                [left + 3, end],
                [left + 12, at],
              ],
              { color: 'var(--line-strong)', width: 1 },
            ),
          ]
        : []),
      text(label, left + 15, at, { color, size: 12, weight: style === 'measured' || style === 'curve' ? 600 : 400 }),
    ]
  })
}

function whiskers(
  { points, intervals = [], subject }: Curve,
  px: (v: number) => number,
  py: (v: number) => number,
): Element[] {
  const { ink } = markOf(subject)
  return points.flatMap(([a], i) => {
    const interval = intervals[i]
    return interval
      ? [
          line(
            [
              [px(a), py(interval[0])],
              [px(a), py(interval[1])],
            ],
            { color: ink, width: 1.5, z: 2 },
          ),
        ]
      : []
  })
}

/** An open diamond above a point that is not valid. */
function doubts({ points, invalid = [] }: Curve, px: (v: number) => number, py: (v: number) => number): Element[] {
  return points.flatMap(([a, b], i) => (invalid[i] ? [diamond(px(a), py(b) - 13, 4)] : []))
}

interface BandFrame {
  px: (value: number) => number
  width: number
  height: number
  left: number
  right: number
  top: number
  bottom: number
}

/** Three lines above the plot: what crosses, where the model has it (dotted), where it was measured. */
function crossingMarks({ name, predicted, measured }: Crossing, frame: BandFrame): Element[] {
  const { px, width, height, left, right, top, bottom } = frame
  const first = top - 3 * BAND_LINE - 4
  const rows = [
    { mark: predicted, at: first + BAND_LINE, color: INK.soft, dash: [2, 3], weight: 400 },
    { mark: measured, at: first + 2 * BAND_LINE, color: INK.strong, dash: null, weight: 600 },
  ]
  const all = rows.flatMap(({ mark, ...row }) => (mark ? [{ ...mark, ...row, x: px(mark.at), y: row.at }] : []))
  if (all.length === 0) return []
  const widest = Math.max(...all.map(({ label, weight }) => textWidth(label, 11, weight) + 10))
  const [earliest, latest] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))]
  // To the left of its line where there is room: what it says is true from there on to the right.
  const isLate = earliest + latest > left + width - right && earliest - widest > 0
  const edge = isLate ? latest : earliest
  const nameWidth = textWidth(name, 11, 400)
  return [
    text(name, isLate ? Math.max(edge, nameWidth) : Math.min(edge, width - nameWidth), first, {
      color: INK.soft,
      size: 11,
      align: isLate ? 'right' : 'left',
    }),
    ...all.flatMap(({ x, y, label, color, dash, weight }) => [
      line(
        [
          [x, y],
          [x, height - bottom],
        ],
        { color, width: 1, ...(dash ? { dash } : {}), z: 1 },
      ),
      text(label, isLate ? x - 5 : x + 5, y, {
        color,
        size: 11,
        weight,
        align: isLate ? 'right' : 'left',
      }),
    ]),
  ]
}
