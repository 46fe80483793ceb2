import type { ComponentChildren } from 'preact'
import { BYTE_PARTS, type ByteSplit } from '../../../meter.ts'
import type { TransportTuning } from '../../../client/transports/transport.ts'
import type { ComparisonColumn } from '../../compare/column.ts'
import type { Comparison } from '../../compare/comparison.ts'
import { rowOf, type RunResult, type RunRow } from '../../compare/run-result.ts'
import { emptyShare, sumOf } from '../../measure/count-math.ts'
import { bytes, milliseconds, percent, seconds, spelled, tenth, whole, type Figure } from '../../browser/format.ts'
import type { Reading } from '../../measure/meter-model.ts'
import { texts } from '../../i18n/i18n.ts'
import { labelOf } from '../shared/transport-label.tsx'

/** The figures of a column: of the run whose result stands, or of its meters now. */
interface Figures {
  row: RunRow | null
  /** Live only. */
  reading: Reading | null
}

function figuresOf(column: ComparisonColumn, standing: RunResult | null, tuning: TransportTuning): Figures {
  const row = standing?.rows.find(({ transport }) => transport === column.transport)
  // The signal is read, so that the table follows it.
  const reading = column.meter.reading.value
  return row ? { row, reading: null } : { row: rowOf(column, tuning, 0), reading }
}

/** The costs of a column: since it joined or its link was chosen, or in the run whose result stands. */
export function Totals({ column, of, tuning }: { column: ComparisonColumn; of: Comparison; tuning: TransportTuning }) {
  const { compare, links, meters } = texts.value
  const { transport } = column
  const standing = of.standing.value
  const all = of.columns.value.map((other) => figuresOf(other, standing, tuning).row)
  /** Bars have one scale in all columns, so that they can be compared. */
  const largest = (read: (row: RunRow) => number | null) =>
    Math.max(Number.MIN_VALUE, ...all.map((row) => (row && read(row)) ?? 0))
  const { row, reading } = figuresOf(column, standing, tuning)
  const counts = row?.counts
  const share = counts ? emptyShare(transport, counts) : null
  const most = largest(({ counts: { up, down } }) => Math.max(sumOf(up), sumOf(down)))
  const mostMs = largest(({ p95Ms }) => p95Ms)
  const rate = reading ? reading.requestsPerS : standing && row && row.counts.requests / (standing.durationMs / 1000)
  const excess = excessOverModel(row)
  const isPolled = all.some((other) => other && emptyShare(other.transport, other.counts) !== null)
  const isModelled = all.some((other) => other && other.modelP50Ms !== null)
  const wasLost = all.some((other) => other && other.lost > 0)
  return (
    <table class="cost-table">
      <caption class="sr">{compare.totals(labelOf(transport))}</caption>
      <colgroup>
        <col />
        <col />
        <col />
      </colgroup>
      <thead class="sr">
        <tr>
          <th scope="col">{compare.quantity}</th>
          <th scope="col">{compare.value}</th>
          <th scope="col">{compare.share}</th>
        </tr>
      </thead>
      <tbody>
        <Row
          name={compare.requests}
          figure={{ figure: tenth(rate ?? 0), unit: meters.perSecond }}
          isKnown={rate !== null}
        >
          {counts && meters.total(whole(counts.requests))}
        </Row>
        {isPolled && (
          <Row
            name={compare.emptyAnswers}
            figure={share === null ? { figure: meters.none, unit: '' } : percent(share)}
            isKnown={row !== null}
          >
            {counts && share !== null && compare.emptyOf(whole(counts.empty), whole(counts.polls))}
          </Row>
        )}
        {reading && (
          <Row
            name={compare.connections}
            figure={{ figure: whole(reading.connections ?? 0), unit: meters.openNow }}
            isKnown
          >
            {compare.opened(whole(reading.counts.opened))}
          </Row>
        )}
        <SplitRow name={compare.up} split={counts?.up} most={most} />
        <SplitRow name={compare.down} split={counts?.down} most={most} />
        <BarRow
          name={compare.perMessage}
          value={row?.bytesPerMessage ?? null}
          most={largest(({ bytesPerMessage }) => bytesPerMessage)}
          format={(value) => bytes(value)}
          {...(row && row.openingBytes > 0 ? { about: meters.opening(spelled(bytes(row.openingBytes))) } : {})}
        />
        <BarRow
          name={compare.p50}
          value={row?.p50Ms ?? null}
          most={mostMs}
          format={milliseconds}
          model={row?.modelP50Ms ?? null}
        />
        {isModelled && (
          <Row
            name={links.modelP50}
            about={[modelTitle(row), excess === null ? '' : links.overModel(excess)].join(' ')}
            figure={row?.modelP50Ms == null ? { figure: '', unit: meters.none } : milliseconds(row.modelP50Ms)}
            isKnown
          >
            {excess !== null && `+${excess}`}
          </Row>
        )}
        <BarRow name={compare.p95} value={row?.p95Ms ?? null} most={mostMs} format={milliseconds} />
        {wasLost && row && (
          <Row
            name={compare.lost}
            figure={{ figure: whole(row.lost), unit: '×' }}
            isKnown
            {...(row.late > 0 ? { about: meters.late(whole(row.late)) } : {})}
          >
            {row.lost > 0 && compare.lostFor(spelled(seconds(Math.max(100, Math.round(row.lostMs / 100) * 100))))}
          </Row>
        )}
      </tbody>
    </table>
  )
}

function modelTitle(row: RunRow | null): string {
  const { links } = texts.value
  return row?.modelP50Ms == null ? links.noModel : links.modelTitle(spelled(milliseconds(row.rttMs)))
}

/** A larger difference from the model is shown. */
const NOTABLE_SHARE = 0.1

/** By how much the measured median is above the model. */
function excessOverModel(row: RunRow | null): string | null {
  if (row?.modelP50Ms == null || row.p50Ms === null) return null
  const over = row.p50Ms / row.modelP50Ms - 1
  if (over < NOTABLE_SHARE) return null
  return spelled(percent(over))
}

interface RowProps {
  name: string
  about?: string
  figure: Figure
  isKnown: boolean
  children?: ComponentChildren
}

function Row({ name, about, figure, isKnown, children }: RowProps) {
  return (
    <tr title={about}>
      <th scope="row">{name}</th>
      <td>
        {isKnown && (
          <>
            {figure.figure} <small>{figure.unit}</small>
          </>
        )}
      </td>
      <td>{children}</td>
    </tr>
  )
}

function SplitRow({ name, split, most }: { name: string; split: ByteSplit | undefined; most: number }) {
  const { meters } = texts.value
  const sum = split ? sumOf(split) : 0
  const spoken = split && BYTE_PARTS.map((part) => `${meters[part]} ${spelled(bytes(split[part]))}`).join(', ')
  return (
    <Row name={name} figure={bytes(sum)} isKnown={split !== undefined}>
      <span class="sr">{spoken}</span>
      <span class="bar" aria-hidden="true" title={spoken} style={{ width: `${(sum / most) * 100}%` }}>
        {split &&
          BYTE_PARTS.map(
            (part) => split[part] > 0 && <i key={part} class={part} style={{ flexGrow: String(split[part]) }} />,
          )}
      </span>
    </Row>
  )
}

interface BarRowProps {
  name: string
  about?: string
  value: number | null
  most: number
  format: (value: number) => Figure
  /** The value in theory. */
  model?: number | null
}

function BarRow({ name, about, value, most, format, model = null }: BarRowProps) {
  const { meters } = texts.value
  return (
    <Row
      name={name}
      figure={value === null ? { figure: '', unit: meters.noMessage } : format(value)}
      isKnown={value !== null}
      {...(about === undefined ? {} : { about })}
    >
      <LatencyBar value={value ?? 0} most={most} model={model} />
    </Row>
  )
}

/** A bar from 0, and a mark at the value in theory. */
function LatencyBar({ value, most, model }: { value: number; most: number; model: number | null }) {
  return (
    <span class="latency-bar" aria-hidden="true">
      <i style={{ width: `${(value / most) * 100}%` }} />
      {model !== null && model <= most && <b style={{ left: `${(model / most) * 100}%` }} />}
    </span>
  )
}
