import { milliseconds, spelled, whole } from '../../browser/format.ts'
import { measuredRows } from '../../compare/finding.ts'
import type { RunRow } from '../../compare/run-result.ts'
import { texts } from '../../i18n/i18n.ts'
import { labelOf } from '../shared/transport-label.tsx'
import { isPhone } from '../shared/screen.ts'
import { Mark } from './race-mark.tsx'

/** Pixels. A drawing that is made smaller has letters that are too small. */
const SIZES = { phone: { width: 340, height: 250 }, other: { width: 520, height: 290 } }
const EDGE = { left: 58, right: 96, top: 22, foot: 40 }
const LABEL_PX = 13

/** Both ends of the two axes, which all charts of a page share. */
export interface ChartScale {
  ms: readonly [number, number]
  bytes: readonly [number, number]
}

/** 1, 2, 5, 10, 20 … */
function roundNumbers([from, to]: readonly [number, number]): number[] {
  const numbers: number[] = []
  for (let magnitude = 10 ** Math.floor(Math.log10(from)); magnitude <= to; magnitude *= 10) {
    for (const factor of [1, 2, 5]) numbers.push(factor * magnitude)
  }
  return numbers.filter((value) => value >= from && value <= to)
}

function ends(values: readonly number[], least: number): readonly [number, number] {
  const low = Math.max(least, Math.min(...values, 1e6))
  const high = Math.max(low, ...values)
  const all = roundNumbers([least / 10, high * 10])
  return [all.findLast((value) => value <= low) ?? low, all.find((value) => value >= high * 1.05) ?? high]
}

export function chartScale(results: readonly (readonly RunRow[])[]): ChartScale {
  const rows = results.flatMap((result) => measuredRows(result))
  return {
    ms: ends(
      rows.flatMap(({ p50Ms, p95Ms, modelP50Ms }) => [p50Ms, p95Ms, ...(modelP50Ms === null ? [] : [modelP50Ms])]),
      1,
    ),
    bytes: ends(
      rows.map(({ bytesPerMessage }) => bytesPerMessage),
      10,
    ),
  }
}

/** The position of a value between the ends of an axis, 0 to 1. Both axes are logarithmic. */
const share = (value: number, [from, to]: readonly [number, number]): number =>
  (Math.log(Math.max(value, from)) - Math.log(from)) / (Math.log(to) - Math.log(from))

/** A mark for each transport: its delay to the right, its bytes per message up, and its median in theory beside. */
export function RunChart({ rows, scale, label }: { rows: readonly RunRow[]; scale: ChartScale; label: string }) {
  const { compare } = texts.value
  const size = isPhone.value ? SIZES.phone : SIZES.other
  const x = (ms: number) => EDGE.left + share(ms, scale.ms) * (size.width - EDGE.left - EDGE.right)
  const y = (bytes: number) =>
    size.height - EDGE.foot - share(bytes, scale.bytes) * (size.height - EDGE.foot - EDGE.top)
  const foot = size.height - EDGE.foot
  let last = Number.NEGATIVE_INFINITY
  const placed = measuredRows(rows)
    .toSorted((a, b) => b.bytesPerMessage - a.bytesPerMessage)
    .map((row) => ({ row, labelY: (last = Math.max(y(row.bytesPerMessage) + 4, last + LABEL_PX)) }))
  return (
    <svg viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={label}>
      {roundNumbers(scale.bytes).map((bytes) => (
        <g key={bytes}>
          <path class="axis" d={`M${EDGE.left} ${y(bytes)}H${size.width - EDGE.right}`} />
          <text x={EDGE.left - 8} y={y(bytes) + 3.5} text-anchor="end">
            {whole(bytes)}
          </text>
        </g>
      ))}
      {roundNumbers(scale.ms).map((ms) => (
        <g key={ms}>
          <path class="axis" d={`M${x(ms)} ${EDGE.top}V${foot}`} />
          <text x={x(ms)} y={foot + 15} text-anchor="middle">
            {whole(ms)}
          </text>
        </g>
      ))}
      <text class="name" x={EDGE.left - 8} y={12}>
        {compare.runs.bytesAxis}
      </text>
      <text class="name" x={size.width - EDGE.right} y={size.height - 6} text-anchor="end">
        {compare.runs.latencyAxis}
      </text>
      {placed.map(({ row: { transport, bytesPerMessage, p50Ms, p95Ms, modelP50Ms }, labelY }) => (
        <g key={transport} data-transport={transport}>
          <path class="spread" d={`M${x(p50Ms)} ${y(bytesPerMessage)}H${x(p95Ms)}`} />
          {modelP50Ms !== null && (
            <path class="model" d={`M${x(modelP50Ms)} ${y(bytesPerMessage) - 12}v24`}>
              <title>{compare.runs.model(spelled(milliseconds(modelP50Ms)))}</title>
            </path>
          )}
          <Mark of={transport} x={x(p50Ms)} y={y(bytesPerMessage)} size={6} />
          <text class="name" x={Math.min(size.width - EDGE.right, x(p95Ms)) + 10} y={labelY}>
            {labelOf(transport)}
          </text>
        </g>
      ))}
    </svg>
  )
}
