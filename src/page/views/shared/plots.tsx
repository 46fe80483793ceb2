import { spelled, whole } from '../../browser/format.ts'
import { PLOT_MS, type Plots, type Point } from '../../measure/meter-model.ts'
import { texts } from '../../i18n/i18n.ts'
import { TimePlot } from './time-plot.tsx'
import { labelOf } from './transport-label.tsx'

const SPARKLINE_PX = { width: 54, height: 24 }

/** The last minute of one reading, each transport in its hue. The scale is from 0 to the highest value. */
export function Sparkline({ plots: { now, points }, read }: { plots: Plots; read: (point: Point) => number | null }) {
  const samples = points.flatMap((point) => {
    const value = read(point)
    return value === null ? [] : [{ at: point.at, value, transport: point.transport }]
  })
  const most = Math.max(...samples.map(({ value }) => value), Number.MIN_VALUE)
  return <TimePlot className="sparkline" as="curve" now={now} samples={samples} most={most} size={SPARKLINE_PX} />
}

/** Margins of the latency plot, in pixels. */
const PLOT = { top: 16, foot: 15, right: 52 }
/** In a lower plot, the scale has no figure in the middle. */
const MIDDLE_PX = 24

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

/** Each delivery of the last minute, in the hue of its transport, with a scale of text and lines. */
export function DotPlot({ plots: { now, dots, switches }, size: { width, height }, label }: DotPlotProps) {
  const { meters } = texts.value
  const right = width - PLOT.right
  const foot = height - PLOT.foot
  const top = scaleFor(dots.reduce((most, { ms }) => Math.max(most, ms), 0))
  const x = (at: number) => Math.max(0, right * (1 - (now - at) / PLOT_MS))
  const y = (ms: number) => foot - (ms / top) * (foot - PLOT.top)
  const lastSwitch = switches.at(-1)
  const switchBefore = switches.at(-2)
  return (
    <>
      <svg class="dots" role="img" aria-label={label} width={width} height={height} fill="none">
        {[0, top / 2, top].map((ms) => (
          <g key={ms / top}>
            <path class="axis" d={`M0 ${y(ms)}H${right}`} />
            {(ms !== top / 2 || foot - PLOT.top >= MIDDLE_PX) && (
              <text x={width} y={y(ms) + 3.5} text-anchor="end">
                {ms === top ? spelled({ figure: whole(ms), unit: 'ms' }) : whole(ms)}
              </text>
            )}
          </g>
        ))}
        {switches.map(({ at }) => (
          <path key={at} class="switch-line" d={`M${x(at)} ${PLOT.top - 12}V${foot}`} />
        ))}
        {lastSwitch && (
          <>
            {lastSwitch.from !== lastSwitch.to && x(lastSwitch.at) - (switchBefore ? x(switchBefore.at) : 0) > 70 && (
              <text class="name" data-transport={lastSwitch.from} x={x(lastSwitch.at) - 6} y={11} text-anchor="end">
                {labelOf(lastSwitch.from)}
              </text>
            )}
            {x(lastSwitch.at) < right - 50 && (
              <text class="name" data-transport={lastSwitch.to} x={x(lastSwitch.at) + 6} y={11}>
                {labelOf(lastSwitch.to)}
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
      <TimePlot
        className="dot-plot"
        as="dots"
        now={now}
        samples={dots.map(({ at, ms, transport, isLate }) => ({ at, value: ms, transport, isMarked: isLate }))}
        most={top}
        size={{ width: Math.max(1, right), height: Math.max(1, foot - PLOT.top) }}
      />
    </>
  )
}
