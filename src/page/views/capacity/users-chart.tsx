import { labelOf } from '../shared/transport-label.tsx'
import { Mark } from '../compare/race-mark.tsx'
import { CHART_USERS, type CurvePoint } from '../../capacity/quantities.ts'
import type { Range } from '../../../models/coefficients.ts'
import type { TransportName } from '../../../transports.ts'

/** Pixels. Wide for pages and paper, narrow for phones: the letters of a picture that shrinks are too small to read. */
const SIZES = {
  wide: { size: { width: 720, height: 360 }, edge: { left: 62, right: 112, top: 26, foot: 42 } },
  narrow: { size: { width: 352, height: 320 }, edge: { left: 46, right: 92, top: 26, foot: 42 } },
}
const LABEL_PX = 15

export interface Curve {
  transport: TransportName
  points: readonly CurvePoint[]
}

export interface CurvesProps {
  curves: readonly Curve[]
  chosen: TransportName
  users: number
  measured: Range
  axis: string
  usersAxis: string
  label: string
  /** A value to compare with, drawn as a line. */
  line: { value: number; text: string } | null
  format: (value: number) => string
  formatUsers: (users: number) => string
  measuredText: string
}

const share = (value: number, from: number, to: number): number => Math.log(value / from) / Math.log(to / from)

const decades = (from: number, to: number): number[] => {
  const first = Math.round(Math.log10(from))
  return Array.from({ length: Math.round(Math.log10(to)) - first + 1 }, (_, i) => 10 ** (first + i))
}

/** The chosen curve is drawn over the others. */
const chosenLast = (chosen: TransportName) => (a: Curve, b: Curve) =>
  Number(a.transport === chosen) - Number(b.transport === chosen)

/** Both axes are logarithmic, so a cost that grows with the users is a straight line. */
export const UsersChart = (props: CurvesProps) => (
  <>
    <Curves {...props} width="wide" />
    <Curves {...props} width="narrow" />
  </>
)

function Curves({
  width,
  curves,
  chosen,
  users,
  measured,
  axis,
  usersAxis,
  label,
  line,
  format,
  formatUsers,
  measuredText,
}: CurvesProps & { width: keyof typeof SIZES }) {
  const { size, edge } = SIZES[width]
  const values = curves.flatMap(({ points }) => points.map(({ value }) => value))
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)))
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values) * 1.01))
  const foot = size.height - edge.foot
  const right = size.width - edge.right
  const x = (count: number) => edge.left + share(count, CHART_USERS.from, CHART_USERS.to) * (right - edge.left)
  const y = (value: number) => foot - share(value, low, high) * (foot - edge.top)
  const clampedUsers = Math.min(CHART_USERS.to, Math.max(CHART_USERS.from, users))
  const path = (points: readonly CurvePoint[]) =>
    points.map(({ users: at, value }, i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('')
  // Labels at the ends of the lines, each below the one before.
  let last = Number.NEGATIVE_INFINITY
  const placed = curves
    .flatMap(({ transport, points }) => {
      const end = points.at(-1)
      return end ? [{ transport, points, end }] : []
    })
    .toSorted((a, b) => b.end.value - a.end.value)
    .map((curve) => ({ ...curve, labelY: (last = Math.max(y(curve.end.value) + 4, last + LABEL_PX)) }))
  const excess = Math.max(0, last - foot)
  const ticks = decades(low, high)
  const every = Math.ceil(ticks.length / 8)
  // Narrow charts have room for every second number of users.
  const everyUsers = width === 'wide' ? 1 : 2
  return (
    <svg class={`capacity-chart ${width}`} viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={label}>
      <rect
        class="measured"
        x={x(measured[0])}
        y={edge.top}
        width={Math.max(2, x(measured[1]) - x(measured[0]))}
        height={foot - edge.top}
      />
      <text class="measured-text" x={(x(measured[0]) + x(measured[1])) / 2} y={edge.top + 14} text-anchor="middle">
        {measuredText}
      </text>
      {ticks
        .filter((_, i) => i % every === 0)
        .map((value) => (
          <g key={value}>
            <path class="axis" d={`M${edge.left} ${y(value)}H${right}`} />
            <text x={edge.left - 8} y={y(value) + 3.5} text-anchor="end">
              {format(value)}
            </text>
          </g>
        ))}
      {decades(CHART_USERS.from, CHART_USERS.to).map((count, i) => (
        <g key={count}>
          <path class="axis" d={`M${x(count)} ${edge.top}V${foot}`} />
          {i % everyUsers === 0 && (
            <text x={x(count)} y={foot + 16} text-anchor="middle">
              {formatUsers(count)}
            </text>
          )}
        </g>
      ))}
      <text class="name" x={edge.left - 8} y={14}>
        {axis}
      </text>
      <text class="name" x={right} y={size.height - 6} text-anchor="end">
        {usersAxis}
      </text>
      {line && line.value > low && line.value < high && (
        <g>
          <path class="limit" d={`M${edge.left} ${y(line.value)}H${right}`} />
          <text class="limit-text" x={edge.left + 6} y={y(line.value) - 5}>
            {line.text}
          </text>
        </g>
      )}
      <path class="here" d={`M${x(clampedUsers)} ${edge.top}V${foot}`} />
      {placed.toSorted(chosenLast(chosen)).map(({ transport, points, labelY }) => {
        const before = points.filter(({ users: at }) => at <= measured[0])
        const within = points.filter(({ isMeasured }) => isMeasured)
        const after = points.filter(({ users: at }) => at >= measured[1])
        const here = points.reduce((near, point) =>
          Math.abs(Math.log(point.users / clampedUsers)) < Math.abs(Math.log(near.users / clampedUsers)) ? point : near,
        )
        return (
          <g key={transport} data-transport={transport} class={transport === chosen ? 'curve chosen' : 'curve'}>
            <path class="line beyond" d={path(before)} />
            <path class="line" d={path(within)} />
            <path class="line beyond" d={path(after)} />
            <Mark of={transport} x={x(here.users)} y={y(here.value)} size={transport === chosen ? 6 : 4.5} />
            <text class="name" x={right + 10} y={labelY - excess}>
              {labelOf(transport)}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
