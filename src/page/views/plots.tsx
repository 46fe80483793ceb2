import type { TransportName } from '../../protocol.ts'
import { spelled, whole } from '../format.ts'
import { PLOT_MS, type Plots, type Point } from '../gauges.ts'
import { texts } from '../i18n.ts'
import { labelOf } from './transport.tsx'

const SPARK = { width: 54, height: 24 }
/** Readings further apart than this are not joined by a line: in between, nobody read. */
const GAP_MS = 3000

/** The last minute of one reading, each transport's part in its own hue. From 0, and to scale with its own highest. */
export function Spark({ plots: { now, points }, read }: { plots: Plots; read: (point: Point) => number | null }) {
  const { width, height } = SPARK
  const highest = Math.max(...points.map((point) => read(point) ?? 0), Number.MIN_VALUE)
  const parts: { transport: TransportName; path: string }[] = []
  let last: Point | null = null
  let end: { x: number; y: number } | null = null
  for (const point of points) {
    const value = read(point)
    if (value === null) {
      last = end = null
      continue
    }
    const x = width * (1 - (now - point.at) / PLOT_MS)
    const y = height - 1 - (value / highest) * (height - 3)
    const goesOn = last?.transport === point.transport && point.at - last.at < GAP_MS
    const part = goesOn ? parts.at(-1) : undefined
    if (part) part.path += `L${x.toFixed(1)} ${y.toFixed(1)}`
    else parts.push({ transport: point.transport, path: `M${x.toFixed(1)} ${y.toFixed(1)}` })
    last = point
    end = { x, y }
  }
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true" fill="none">
      <path class="axis" d={`M0 ${height - 0.5}H${width}`} />
      {parts.map(({ transport, path }, index) => (
        <path key={index} class="curve" data-transport={transport} d={path} />
      ))}
      {end && <circle class="end" cx={end.x} cy={end.y} r={2.6} />}
    </svg>
  )
}

/** Margins of the latency plot, in pixels. */
const PLOT = { top: 16, foot: 15, right: 52 }

/** A scale of two equal steps that holds `highest`, in round numbers. */
export function scaleFor(highest: number): number {
  for (let magnitude = 10; ; magnitude *= 10) {
    for (const factor of [1, 2, 4, 6]) if (factor * magnitude >= highest) return factor * magnitude
  }
}

interface DotPlotProps {
  plots: Plots
  /** Pixels. */
  size: { width: number; height: number }
  label: string
}

/** Each delivery of the last minute, in the hue of the transport that brought it. One path for all dots of a hue. */
export function DotPlot({ plots: { now, dots, turns }, size: { width, height }, label }: DotPlotProps) {
  const { meters } = texts.value
  const right = width - PLOT.right
  const foot = height - PLOT.foot
  const top = scaleFor(dots.reduce((most, { ms }) => Math.max(most, ms), 0))
  const x = (at: number) => Math.max(0, right * (1 - (now - at) / PLOT_MS))
  const y = (ms: number) => foot - (ms / top) * (foot - PLOT.top)
  const paths = new Map<TransportName, string>()
  for (const { at, ms, transport } of dots) {
    paths.set(transport, `${paths.get(transport) ?? ''}M${x(at).toFixed(1)} ${y(ms).toFixed(1)}h0`)
  }
  const turn = turns.at(-1)
  const before = turns.at(-2)
  return (
    <svg class="dots" role="img" aria-label={label} width={width} height={height} fill="none">
      {[0, top / 2, top].map((ms) => (
        <g key={ms / top}>
          <path class="axis" d={`M0 ${y(ms)}H${right}`} />
          <text x={width} y={y(ms) + 3.5} text-anchor="end">
            {ms === top ? spelled({ figure: whole(ms), unit: 'ms' }) : whole(ms)}
          </text>
        </g>
      ))}
      {turns.map(({ at }) => (
        <path key={at} class="turned" d={`M${x(at)} ${PLOT.top - 12}V${foot}`} />
      ))}
      {[...paths].map(([transport, path]) => (
        <path key={transport} class="dot" data-transport={transport} d={path} />
      ))}
      {turn && (
        <>
          {x(turn.at) - (before ? x(before.at) : 0) > 70 && (
            <text class="name" data-transport={turn.from} x={x(turn.at) - 6} y={11} text-anchor="end">
              {labelOf(turn.from)}
            </text>
          )}
          {x(turn.at) < right - 50 && (
            <text class="name" data-transport={turn.to} x={x(turn.at) + 6} y={11}>
              {labelOf(turn.to)}
            </text>
          )}
        </>
      )}
      <text x={0} y={height - 2}>
        {meters.ago}
      </text>
      <text x={right} y={height - 2} text-anchor="end">
        {meters.now}
      </text>
    </svg>
  )
}
