import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import type { TransportName } from '../../../protocol.ts'
import type { ComparisonColumn } from '../../compare/column.ts'
import type { Race, RaceRow } from '../../compare/race.ts'
import { milliseconds, shorten, spelled, tenth, whole } from '../../browser/format.ts'
import { texts } from '../../i18n/i18n.ts'
import { scaleFor } from '../shared/plots.tsx'
import { labelOf } from '../shared/transport-label.tsx'
import { Mark } from './race-mark.tsx'

/** Pixels. */
const ROW_PX = 22
const ROWS = 8
const MAX_BAR_PX = 44
const AXIS_PX = 24
const TOP_PX = 12
const TICKS = 4
/** With less distance between ticks, only every other tick has a label. */
const LABEL_PX = 44

interface Size {
  width: number
  x: (ms: number) => number
  most: number
}

/** When each column received a message: the latest message large, the last eight in rows, all to one scale from 0. */
export function RaceView({ race, columns }: { race: Race; columns: readonly ComparisonColumn[] }) {
  const { compare } = texts.value
  const title = useId()
  const rows = race.rows.value
  const latest = pick(rows)
  const most = scaleFor(Math.max(0, ...rows.flatMap(({ latenciesMs }) => Object.values(latenciesMs))))
  const names = columns.map(({ transport }) => transport)
  return (
    <section class="panel race" aria-labelledby={title}>
      <header class="head">
        <h2 id={title}>{compare.race}</h2>
        <p class="about">{compare.raceAbout}</p>
        <p class="since">{compare.raceSample}</p>
      </header>
      <div class="tracks">
        <figure>
          <figcaption>
            <b dir="auto">{latest ? short(latest.event.text) : ''}</b>{' '}
            <span>{latest ? `${compare.latest}, #${latest.event.seq}` : compare.noMessage}</span>
          </figcaption>
          <LatestMessage row={latest} names={names} most={most} oneWayMs={commonOneWayMs(columns)} />
        </figure>
        <figure>
          <figcaption>
            <b>{compare.lastEight}</b> <span>{compare.lastEightAbout}</span>
          </figcaption>
          <LastMessages rows={rows} names={names} most={most} />
        </figure>
      </div>
    </section>
  )
}

/** The newest row; if earlier rows are still open, the newest row that is over. */
const pick = (rows: readonly RaceRow[]): RaceRow | undefined =>
  rows.slice(1).every(({ isOver }) => isOver) ? rows[0] : (rows.find(({ isOver }) => isOver) ?? rows[0])

const short = (text: string): string => `“${shorten(text, 40)}”`

/** The link's delay in one direction in ms, if all columns have the same; null otherwise. */
function commonOneWayMs(columns: readonly ComparisonColumn[]): number | null {
  const all = new Set(columns.map(({ link }) => link.value?.rttMs ?? 0))
  const [rttMs = 0] = all
  return all.size === 1 && rttMs > 0 ? rttMs / 2 : null
}

interface LatestMessageProps {
  row: RaceRow | undefined
  names: readonly TransportName[]
  most: number
  oneWayMs: number | null
}

/** One message: a bar for each transport, the quickest on top. */
function LatestMessage({ row, names, most, oneWayMs }: LatestMessageProps) {
  const { compare } = texts.value
  const frame = useRef<HTMLDivElement>(null)
  const { width, x } = useScale(frame, most, 104, 110)
  const latenciesMs = row?.latenciesMs ?? {}
  const order = [...names].sort((a, b) => (latenciesMs[a] ?? Infinity) - (latenciesMs[b] ?? Infinity))
  const [first, second] = order.map((name) => latenciesMs[name] ?? Infinity)
  const isAhead = (second ?? Infinity) - (first ?? Infinity) > TIE_MS
  const height = TOP_PX + ROW_PX * ROWS + AXIS_PX
  const barPx = Math.min(MAX_BAR_PX, (ROW_PX * ROWS) / Math.max(1, names.length))
  const missing = row?.isOver ? compare.noTime : compare.notYet
  const spoken = order.map((name) => `${labelOf(name)} ${latencyText(latenciesMs[name]) ?? missing}`).join(', ')
  return (
    <div ref={frame}>
      <svg width={width} height={height} role="img" aria-label={row ? spoken : compare.noMessage}>
        <Axis x={x} most={most} foot={height - AXIS_PX} />
        {oneWayMs !== null && oneWayMs < most && (
          <>
            <path class="link-only" d={`M${x(oneWayMs)} ${TOP_PX - 6}V${height - AXIS_PX}`} />
            <text class="note" x={x(oneWayMs) + 6} y={TOP_PX - 4}>
              {compare.linkAlone(latencyText(oneWayMs) ?? '')}
            </text>
          </>
        )}
        {order.map((name, index) => {
          const ms = latenciesMs[name]
          const y = TOP_PX + barPx * (index + 0.5)
          return (
            <g key={name} data-transport={name}>
              <text class="name" x={90} y={y + 4} text-anchor="end">
                {labelOf(name)}
              </text>
              {ms === undefined ? (
                row && (
                  <text class="wait" x={x(0) + 8} y={y + 4}>
                    {missing}
                  </text>
                )
              ) : (
                <>
                  <path class="waited" d={`M${x(0)} ${y}H${x(ms)}`} />
                  <path class="travelled" d={`M${x(Math.max(0, ms - (oneWayMs ?? ms)))} ${y}H${x(ms)}`} />
                  <Mark of={name} x={x(ms)} y={y} size={8} />
                  <text class="ms" x={x(ms) + 15} y={y + 5}>
                    {milliseconds(ms).figure}
                    <tspan class="unit" dx={4}>
                      ms{index === 0 && isAhead ? ` · ${compare.first}` : ''}
                    </tspan>
                  </text>
                </>
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}

/** The last few messages, newest on top. */
function LastMessages({
  rows,
  names,
  most,
}: {
  rows: readonly RaceRow[]
  names: readonly TransportName[]
  most: number
}) {
  const { compare } = texts.value
  const frame = useRef<HTMLDivElement>(null)
  const { width, x } = useScale(frame, most, 58, 40)
  const height = TOP_PX + ROW_PX * ROWS + AXIS_PX
  return (
    <div ref={frame}>
      <svg width={width} height={height} aria-hidden="true">
        <Axis x={x} most={most} foot={height - AXIS_PX} />
        {rows.map(({ event, latenciesMs }, index) => {
          const y = TOP_PX + ROW_PX * (index + 0.5)
          const placed = inLanes(
            names.flatMap((name) => (latenciesMs[name] === undefined ? [] : [{ name, at: x(latenciesMs[name]) }])),
          )
          const [first, last] = [placed.at(0)?.at ?? 0, placed.at(-1)?.at ?? 0]
          return (
            <g key={event.id}>
              <text x={46} y={y + 4} text-anchor="end">
                #{event.seq}
              </text>
              <path class="span" d={`M${first} ${y}H${last}`} />
              {placed.map(({ name, at, dy }) => (
                <g key={name} data-transport={name}>
                  <Mark of={name} x={at} y={y + dy} size={5} />
                </g>
              ))}
            </g>
          )
        })}
      </svg>
      <div class="sr">
        <table>
          <thead>
            <tr>
              <th scope="col">{compare.message}</th>
              {names.map((name) => (
                <th key={name} scope="col">
                  {labelOf(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ event, latenciesMs, isOver }) => (
              <tr key={event.id}>
                <th scope="row">#{event.seq}</th>
                {names.map((name) => (
                  <td key={name}>{latencyText(latenciesMs[name]) ?? (isOver ? compare.noTime : compare.notYet)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

const latencyText = (ms: number | undefined): string | null => (ms === undefined ? null : spelled(milliseconds(ms)))

/** Marks that are closer than this would cover each other: they stand above one another, at their true places. */
const MIN_GAP_PX = 10
/** Pixels between two that stand above one another, and the places: the middle, above, below, and so on. */
const LANE_PX = 5
const LANES = [0, -1, 1, -1.8, 1.8]

function inLanes<M extends { at: number }>(marks: readonly M[]): (M & { dy: number })[] {
  const lastInLane = LANES.map(() => Number.NEGATIVE_INFINITY)
  return marks
    .toSorted((a, b) => a.at - b.at)
    .map((mark) => {
      const free = lastInLane.findIndex((last) => mark.at - last >= MIN_GAP_PX)
      const lane = free < 0 ? lastInLane.indexOf(Math.min(...lastInLane)) : free
      lastInLane[lane] = mark.at
      return { ...mark, dy: (LANES[lane] ?? 0) * LANE_PX }
    })
}

/** Differences within the comparison of the clocks name no winner. */
const TIE_MS = 2

function Axis({ x, most, foot }: { x: Size['x']; most: number; foot: number }) {
  const named = x(most / TICKS) - x(0) < LABEL_PX ? 2 : 1
  return (
    <>
      {Array.from({ length: TICKS + 1 }, (_, index) => {
        const ms = (most / TICKS) * index
        return (
          <g key={index}>
            <path class="axis" d={`M${x(ms)} ${TOP_PX - 6}V${foot}`} />
            {index % named === 0 && (
              <text x={x(ms)} y={foot + 16} text-anchor="middle">
                {index === TICKS ? latencyText(ms) : Number.isInteger(ms) ? whole(ms) : tenth(ms)}
              </text>
            )}
          </g>
        )
      })}
    </>
  )
}

/** A scale as wide as its frame, with room for names on the left and for the last figure on the right. */
function useScale(frame: { current: HTMLElement | null }, most: number, left: number, right: number): Size {
  const width = useSignal(560)
  useEffect(() => {
    if (!frame.current) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) width.value = Math.floor(entry.contentRect.width)
    })
    observer.observe(frame.current)
    return () => observer.disconnect()
  }, [frame, width])
  return { width: width.value, most, x: (ms) => left + (ms / most) * Math.max(0, width.value - left - right) }
}
