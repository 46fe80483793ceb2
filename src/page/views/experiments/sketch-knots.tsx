import { useRef } from 'preact/hooks'
import { shareOf, valueAt } from '../../lessons/axes.ts'
import { textOf } from '../../lessons/unit.ts'
import type { Scales } from './scales.ts'

interface KnotsProps {
  xs: readonly number[]
  values: readonly number[]
  scales: Scales
  onChange: (values: readonly number[]) => void
  labelOf: (x: number) => string
}

/** Shares of the axis that keys move a knot by. */
const STEPS: Partial<Record<string, number>> = {
  ArrowUp: 0.02,
  ArrowRight: 0.02,
  ArrowDown: -0.02,
  ArrowLeft: -0.02,
  PageUp: 0.1,
  PageDown: -0.1,
  Home: -1,
  End: 1,
}
/** px, for a finger. */
const REACH = 22

/** Points of a prediction, each a slider: dragged by mouse or finger, or moved by keys. */
export function SketchKnots({ xs, values, scales, onChange, labelOf }: KnotsProps) {
  const { x, y, yAxis, foot } = scales
  const dragged = useRef<number | null>(null)
  const top = y(yAxis.to)
  const move = (index: number, share: number) => {
    const value = Number(valueAt(Math.min(1, Math.max(0, share)), yAxis).toPrecision(3))
    onChange(values.map((old, at) => (at === index ? value : old)))
  }
  const drag = (event: PointerEvent) => {
    const svg = (event.currentTarget as SVGElement).ownerSVGElement
    if (dragged.current === null || !svg) return
    const box = svg.getBoundingClientRect()
    const atY = ((event.clientY - box.top) / box.height) * scales.height
    move(dragged.current, (foot - atY) / (foot - top))
  }
  return (
    <>
      {xs.map((place, index) => {
        const value = values[index] ?? yAxis.from
        return (
          <g
            key={place}
            class="knot"
            role="slider"
            tabindex={0}
            aria-label={labelOf(place)}
            aria-orientation="vertical"
            aria-valuemin={yAxis.from}
            aria-valuemax={yAxis.to}
            aria-valuenow={value}
            aria-valuetext={textOf(value, yAxis.unit)}
            onKeyDown={(event) => {
              const step = STEPS[event.key]
              if (step === undefined) return
              event.preventDefault()
              move(index, shareOf(value, yAxis) + step)
            }}
            onPointerDown={(event) => {
              dragged.current = index
              event.currentTarget.setPointerCapture(event.pointerId)
              event.currentTarget.focus()
              event.preventDefault()
            }}
            onPointerMove={drag}
            onPointerUp={() => (dragged.current = null)}
            onPointerCancel={() => (dragged.current = null)}
          >
            <path class="rail" d={`M${x(place)} ${top}V${foot}`} />
            <circle class="reach" cx={x(place)} cy={y(value)} r={REACH} />
            <circle class="grip" cx={x(place)} cy={y(value)} r={8} />
            <text class="value" x={x(place)} y={y(value) - 14} text-anchor="middle">
              {textOf(value, yAxis.unit)}
            </text>
          </g>
        )
      })}
    </>
  )
}
