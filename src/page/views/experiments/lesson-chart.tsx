import type { JSX } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { useSignal } from '@preact/signals'
import { isTransport, type TransportName } from '../../../transports.ts'
import { language } from '../../i18n/i18n.ts'
import { linearAxis, logAxis, shareOf, type Axis } from '../../lessons/axes.ts'
import { isCategories, textWith, type Chart, type Curve, type Guess, type Lesson } from '../../lessons/lesson.ts'
import type { Settings } from '../../lessons/parameters.ts'
import type { Point } from '../../lessons/point.ts'
import type { Conditions } from '../../lessons/run-context.ts'
import { textOf } from '../../lessons/unit.ts'
import { Mark } from '../compare/race-mark.tsx'
import { labelOf } from '../shared/transport-label.tsx'
import { experimentTexts } from './experiment-texts.ts'
import type { Scales } from './scales.ts'
import { SketchKnots } from './sketch-knots.tsx'

/** Pixels. */
const EDGE = { left: 58, right: 40, top: 34, foot: 46 }
const LABEL_PX = 15
/** Height of a second row of texts under the x axis. */
const ROW_PX = 13
/** Of a letter and of a Chinese character of a text at an axis. */
const AXIS_LETTER_PX = { narrow: 6.7, wide: 11 }
/** Of a letter and of a Chinese character in a label at the end of a line. */
const LETTER_PX = { narrow: 7.9, wide: 12.5 }
/** What stands around the chart on a screen: with it, the button below the chart is in sight. */
const AROUND_PX = 415
const CURVE_STEPS = 120
/** A mark of the model that is nearer than this to its line adds nothing. */
const APART_PX = 3

export interface ChartProps {
  lesson: Lesson
  settings: Settings
  conditions: Conditions
  points: readonly Point[]
  /** Predictions to draw; the first one is the learner's own. */
  guesses: readonly Guess[]
  /** The model is shown; hidden while a learner predicts. */
  hasModel: boolean
  /** Lets the learner move the first guess. */
  onSketch?: ((values: readonly number[]) => void) | undefined
  label: string
}

/** The label of a series or a category. */
export const nameOf = (lesson: Lesson, name: string): string =>
  lesson.texts[language.value].names?.[name] ?? (isTransport(name) ? labelOf(name) : name)

/** The hue of a series. */
export const hueOf = (lesson: Lesson, series: string): TransportName | undefined =>
  lesson.hues?.[series] ?? (isTransport(series) ? series : undefined)

/** The hue of a point: of its series, or else of its category. */
export function hueOfPoint(
  lesson: Lesson,
  { x }: Chart,
  point: Pick<Point, 'series' | 'x'>,
): TransportName | undefined {
  const category = isCategories(x) ? (x.categories[point.x] ?? '') : ''
  return hueOf(lesson, point.series) ?? (isTransport(category) ? category : undefined)
}

/** The text of a place on the x axis. */
export function placeText(lesson: Lesson, { x }: Chart, value: number): string {
  return isCategories(x) ? nameOf(lesson, x.categories[value] ?? '') : textOf(value, x.unit)
}

/** Reaches as far as the measured values do. */
function reaching(axis: Axis, points: readonly Point[]): Axis {
  const most = Math.max(...points.map(({ high }) => high), axis.to)
  const least = Math.min(...points.filter(({ value }) => value > 0).map(({ value }) => value), axis.from)
  if (axis.scale === 'linear') return most > axis.to ? linearAxis(most, axis.unit) : axis
  return most > axis.to || least < axis.from ? logAxis(least, most * 1.1, axis.unit) : axis
}

const labelPx = (text: string, letterPx = LETTER_PX): number =>
  Array.from(text).reduce((sum, letter) => sum + (/\p{Script=Han}/u.test(letter) ? letterPx.wide : letterPx.narrow), 0)

/** Names of categories that would touch each other stand in two rows. */
function rowsOf(lesson: Lesson, chart: Chart, width: number): 1 | 2 {
  if (!isCategories(chart.x)) return 1
  const stepPx = (width - EDGE.left - 16) / Math.max(1, chart.x.categories.length)
  const widths = chart.x.categories.map((_, index) => labelPx(placeText(lesson, chart, index), AXIS_LETTER_PX))
  return widths.some((px, index) => (px + (widths[index + 1] ?? 0)) / 2 + 6 > stepPx) ? 2 : 1
}

/**
 * @param labels that stand at the ends of lines
 * @param rows of texts under the x axis
 */
function scalesOf(
  { x, y }: Chart,
  points: readonly Point[],
  width: number,
  height: number,
  labels: readonly string[],
  rows: 1 | 2,
): Scales {
  const yAxis = reaching(y, points)
  const right = width - Math.max(EDGE.right, ...labels.map((label) => labelPx(label) + 16))
  const foot = height - EDGE.foot - (rows - 1) * ROW_PX
  const xShare = (value: number) =>
    isCategories(x) ? (value + 0.5) / Math.max(1, x.categories.length) : shareOf(value, x)
  const lastX = isCategories(x) ? width - 16 : right
  return {
    x: (value) => EDGE.left + xShare(value) * (lastX - EDGE.left),
    y: (value) => foot - shareOf(value, yAxis) * (foot - EDGE.top),
    ...{ yAxis, width, height, right: lastX, foot, rows },
  }
}

/** Measured points over the model, with what was predicted. */
export function LessonChart(props: ChartProps) {
  const { lesson, settings, conditions, points, guesses, hasModel, onSketch, label } = props
  const frame = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(frame)
  const chart = lesson.chart(settings, conditions)
  const curves = hasModel ? lesson.curves(settings, conditions) : []
  const names = [...new Set([...curves, ...points].map(({ series }) => nameOf(lesson, series)))]
  const rows = rowsOf(lesson, chart, width)
  const scales = scalesOf(chart, points, width, height, [experimentTexts.value.you, ...names], rows)
  return (
    <div ref={frame} class="experiment-chart">
      <svg viewBox={`0 0 ${width} ${height}`} role={onSketch ? 'group' : 'img'} aria-label={label}>
        <Axes lesson={lesson} chart={chart} settings={settings} scales={scales} />
        {curves.map((curve) => (
          <CurveLine key={curve.series} lesson={lesson} chart={chart} curve={curve} scales={scales} />
        ))}
        <Guesses lesson={lesson} chart={chart} settings={settings} guesses={guesses} points={points} scales={scales} />
        {points.map((point) => (
          <PointMark
            key={`${point.series} ${point.x}`}
            lesson={lesson}
            chart={chart}
            point={point}
            scales={scales}
            asidePx={asideOf(chart, points, point)}
            curveAt={curves.find(({ series }) => series === point.series)?.at(point.x) ?? null}
            hasModel={hasModel}
          />
        ))}
        <EndLabels lesson={lesson} chart={chart} curves={curves} points={points} guesses={guesses} scales={scales} />
        {onSketch && guesses[0]?.kind === 'sketch' && (
          <SketchKnots
            xs={sketchXs(lesson, settings)}
            values={guesses[0].values}
            scales={scales}
            onChange={onSketch}
            labelOf={(x) => experimentTexts.value.knot(placeText(lesson, chart, x))}
          />
        )}
      </svg>
    </div>
  )
}

const sketchXs = (lesson: Lesson, settings: Settings): readonly number[] => {
  const prediction = lesson.prediction(settings)
  return prediction.kind === 'sketch' ? prediction.xs : []
}

/** The size of the drawing in px: its texts have their own size on every screen. */
function useSize(frame: { current: HTMLElement | null }): { width: number; height: number } {
  const size = useSignal({ width: 640, height: 320 })
  useLayoutEffect(() => {
    const element = frame.current
    if (!element) return
    const measure = () => {
      const width = Math.max(300, Math.round(element.clientWidth))
      size.value = { width, height: Math.round(Math.max(250, Math.min(430, 0.6 * width, innerHeight - AROUND_PX))) }
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return size.value
}

interface AxesProps {
  lesson: Lesson
  chart: Chart
  settings: Settings
  scales: Scales
}

function Axes({ lesson, chart, settings, scales }: AxesProps) {
  const words = lesson.texts[language.value]
  const { x, y, yAxis, right, foot, height, rows } = scales
  const places = isCategories(chart.x) ? chart.x.categories.map((_, index) => index) : chart.x.ticks
  const stepPx = (right - EDGE.left) / Math.max(1, places.length)
  return (
    <>
      {yAxis.ticks.map((tick) => (
        <g key={tick}>
          <path class="axis" d={`M${EDGE.left} ${y(tick)}H${right}`} />
          <text x={EDGE.left - 9} y={y(tick) + 3.5} text-anchor="end">
            {textOf(tick, yAxis.unit)}
          </text>
        </g>
      ))}
      {places.map((tick, index) => (
        <g key={tick}>
          <path class="axis" d={`M${x(tick)} ${foot}v5`} />
          {/* Every second text where there is no room for all. */}
          {(rows > 1 || stepPx > 44 || index % 2 === 0) && (
            <text x={x(tick)} y={foot + 18 + (index % rows) * ROW_PX} text-anchor="middle">
              {placeText(lesson, chart, tick)}
            </text>
          )}
        </g>
      ))}
      <text class="title" x={8} y={14}>
        {textWith(words.y, settings)}
      </text>
      <text class="title" x={right} y={height - 8} text-anchor="end">
        {words.x}
      </text>
    </>
  )
}

interface CurveProps {
  lesson: Lesson
  chart: Chart
  curve: Curve
  scales: Scales
}

function CurveLine({ lesson, chart: { x }, curve, scales }: CurveProps) {
  const hue = hueOf(lesson, curve.series)
  if (isCategories(x)) {
    return (
      <g data-transport={hue}>
        {x.categories.map((name, index) => {
          const value = curve.at(index)
          if (value === null) return null
          return <path key={name} class="model-mark" d={`M${scales.x(index) - 18} ${scales.y(value)}h36`} />
        })}
      </g>
    )
  }
  const steps = Array.from({ length: CURVE_STEPS + 1 }, (_, index) => {
    const share = index / CURVE_STEPS
    return x.scale === 'linear' ? x.from + share * (x.to - x.from) : x.from * (x.to / x.from) ** share
  })
  const { from, to } = scales.yAxis
  const path = steps
    .flatMap((value) => {
      const at = curve.at(value)
      return at === null ? [] : [{ value, at: Math.min(Math.max(at, from), to * 1.02) }]
    })
    .map(({ value, at }, index) => `${index === 0 ? 'M' : 'L'}${scales.x(value).toFixed(1)} ${scales.y(at).toFixed(1)}`)
    .join('')
  return <path class="curve" data-transport={hue} d={path} />
}

/** Distance of two series at one category, in px. */
const ASIDE_PX = 18

function asideOf({ x }: Chart, points: readonly Point[], point: Point): number {
  if (!isCategories(x)) return 0
  const series = points.filter((other) => other.x === point.x).map((other) => other.series)
  return (series.indexOf(point.series) - (series.length - 1) / 2) * ASIDE_PX
}

interface PointProps {
  lesson: Lesson
  chart: Chart
  point: Point
  scales: Scales
  /** Px to the right of its place: series at one category stand side by side. */
  asidePx: number
  /** The model's line at this place. */
  curveAt: number | null
  hasModel: boolean
}

function PointMark({ lesson, chart, point, scales: { x, y, yAxis }, asidePx, curveAt, hasModel }: PointProps) {
  const { series, value, low, high, model } = point
  const hue = hueOfPoint(lesson, chart, point)
  const at = x(point.x) + asidePx
  const isApart = model !== null && (curveAt === null || Math.abs(y(model) - y(curveAt)) > APART_PX)
  return (
    <g data-transport={hue} class="point">
      {hasModel && isApart && <path class="run-model" d={`M${at - 9} ${y(model)}h18`} />}
      <path class="interval" d={`M${at} ${y(Math.max(low, 1e-9))}V${y(high)}`} />
      {isTransport(series) ? (
        <Mark of={series} x={at} y={y(value)} size={5.5} />
      ) : (
        <SeriesMark lesson={lesson} series={series} x={at} y={y(value)} />
      )}
      <title>{`${nameOf(lesson, series)}: ${textOf(value, yAxis.unit)}`}</title>
    </g>
  )
}

const SERIES_SHAPES = [
  'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z',
  'M-5 -5h10v10h-10z',
  'M0 -6.5L6.5 0L0 6.5L-6.5 0z',
  'M0 -6L6 5H-6z',
]

/** A disc, a square, a diamond or a triangle, by the place of the series among the lesson's own names. */
function SeriesMark({ lesson, series, x, y }: { lesson: Lesson; series: string; x: number; y: number }) {
  const place = Math.max(0, Object.keys(lesson.texts.en.names ?? {}).indexOf(series))
  return <path class="mark" d={SERIES_SHAPES[place % SERIES_SHAPES.length]} transform={`translate(${x} ${y})`} />
}

interface GuessesProps {
  lesson: Lesson
  chart: Chart
  settings: Settings
  guesses: readonly Guess[]
  points: readonly Point[]
  scales: Scales
}

function Guesses({ lesson, chart, settings, guesses, points, scales: { x, y } }: GuessesProps) {
  const hatch = useId()
  const prediction = lesson.prediction(settings)
  if (prediction.kind !== 'sketch') return null
  const { xs, series } = prediction
  return (
    <>
      <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(60)">
        <path class="hatch" d="M0 0V5" />
      </pattern>
      {guesses.map((guess, index) => {
        if (guess.kind !== 'sketch') return null
        const places = xs.map((value, at) => ({ value, guess: guess.values[at] ?? 0 }))
        const measured = places.flatMap(
          ({ value }) => points.find((point) => point.series === series && point.x === value) ?? [],
        )
        const line = places.map(({ value, guess: at }) => `${x(value)} ${y(at)}`)
        const back = measured.toReversed().map((point) => `${x(point.x)} ${y(point.value)}`)
        return (
          <g key={index} class="guess">
            {index === 0 && !isCategories(chart.x) && measured.length === places.length && (
              <path class="off" d={`M${[...line, ...back].join('L')}z`} fill={`url(#${hatch})`} />
            )}
            {!isCategories(chart.x) && <path class="guess-line" d={`M${line.join('L')}`} />}
            {places.map(({ value, guess: at }) => (
              <circle key={value} cx={x(value)} cy={y(at)} r={index === 0 ? 4.5 : 3} />
            ))}
          </g>
        )
      })}
    </>
  )
}

/** The series, where their names are not the names of the categories. */
function Legend({ lesson, points, scales }: { lesson: Lesson; points: readonly Point[]; scales: Scales }) {
  const names = [...new Set(points.map(({ series }) => series))].filter((series) => !isTransport(series))
  if (names.length < 2) return null
  return (
    <>
      {names.map((series, index) => (
        <g key={series} class="point" data-transport={hueOf(lesson, series)}>
          <SeriesMark lesson={lesson} series={series} x={scales.right - 8} y={10 + index * LABEL_PX} />
          <text class="legend" x={scales.right - 20} y={14 + index * LABEL_PX} text-anchor="end">
            {nameOf(lesson, series)}
          </text>
        </g>
      ))}
    </>
  )
}

interface EndLabelProps {
  lesson: Lesson
  chart: Chart
  curves: readonly Curve[]
  points: readonly Point[]
  guesses: readonly Guess[]
  scales: Scales
}

/** The name of each series at the end of its line. Names that would touch move down. */
function EndLabels({ lesson, chart: { x }, curves, points, guesses, scales }: EndLabelProps): JSX.Element | null {
  if (isCategories(x)) return <Legend lesson={lesson} points={points} scales={scales} />
  const { you } = experimentTexts.value
  const [guess] = guesses
  const names = [...new Set([...curves.map(({ series }) => series), ...points.map(({ series }) => series)])]
  const ends = names.flatMap((series) => {
    const ofSeries = points.filter((point) => point.series === series).toSorted((a, b) => a.x - b.x)
    const value = curves.find((curve) => curve.series === series)?.at(x.to) ?? ofSeries.at(-1)?.value
    return value === undefined
      ? []
      : [{ key: series, name: nameOf(lesson, series), hue: hueOf(lesson, series), at: scales.y(value) }]
  })
  const last = guess?.kind === 'sketch' ? guess.values.at(-1) : undefined
  const labels = [
    ...ends,
    ...(last === undefined ? [] : [{ key: 'you', name: you, hue: undefined, at: scales.y(last) }]),
  ]
  let lastY = Number.NEGATIVE_INFINITY
  return (
    <>
      {labels
        .toSorted((a, b) => a.at - b.at)
        .map(({ key, name, hue, at }) => {
          lastY = Math.max(at + 4, lastY + LABEL_PX)
          return (
            <text key={key} class="end" data-transport={hue} x={scales.right + 10} y={lastY}>
              {name}
            </text>
          )
        })}
    </>
  )
}
