import type { ComponentChildren } from 'preact'
import { BYTE_PARTS, type ByteSplit } from '../../../meter.ts'
import type { TransportTuning } from '../../../client/transports/transport.ts'
import type { ComparisonColumn } from '../../compare/column.ts'
import { bytesPerMessage, emptyShare, sumOf } from '../../measure/count-math.ts'
import { bytes, milliseconds, percent, spelled, tenth, whole, type Figure } from '../../browser/format.ts'
import type { Reading } from '../../measure/meter-model.ts'
import { texts } from '../../i18n/i18n.ts'
import { modelP50Ms } from '../../measure/latency-model.ts'
import { labelOf } from '../shared/transport-label.tsx'

/** The largest reading of all columns: bars have one scale, so that they can be compared. */
const largest = (columns: readonly ComparisonColumn[], read: (reading: Reading) => number | null): number =>
  Math.max(Number.MIN_VALUE, ...columns.map(({ meter: { reading } }) => (reading.value && read(reading.value)) ?? 0))

const perMessage = ({ transport, counts }: Reading): number | null => bytesPerMessage(transport, counts)
const p50 = ({ latency }: Reading): number | null => latency?.p50 ?? null
const p95 = ({ latency }: Reading): number | null => latency?.p95 ?? null
const up = ({ counts }: Reading): number => sumOf(counts.up)
const down = ({ counts }: Reading): number => sumOf(counts.down)

/** The costs of a column since it joined, or since its link was chosen. */
export function Totals({
  column,
  columns,
  tuning,
}: {
  column: ComparisonColumn
  columns: readonly ComparisonColumn[]
  tuning: TransportTuning
}) {
  const { compare, links, meters } = texts.value
  const { transport } = column
  const reading = column.meter.reading.value
  const counts = reading?.counts
  const share = reading && emptyShare(transport, reading.counts)
  const most = Math.max(largest(columns, up), largest(columns, down))
  const link = column.link.value
  const model = reading && modelP50Ms(transport, link, tuning, reading.counts, reading.latency?.ratePerS ?? 0)
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
          figure={{ figure: tenth(reading?.requestsPerS ?? 0), unit: meters.perSecond }}
          isKnown={reading?.requestsPerS != null}
        >
          {counts && meters.total(whole(counts.requests))}
        </Row>
        <Row
          name={compare.emptyAnswers}
          figure={share === null ? { figure: meters.none, unit: '' } : percent(share)}
          isKnown={reading !== null}
        >
          {counts && share !== null && compare.emptyOf(whole(counts.empty), whole(counts.polls))}
        </Row>
        <Row
          name={compare.connections}
          figure={{ figure: whole(reading?.connections ?? 0), unit: meters.openNow }}
          isKnown={reading !== null}
        >
          {counts && compare.opened(whole(counts.opened))}
        </Row>
        <SplitRow name={compare.up} split={counts?.up} most={most} />
        <SplitRow name={compare.down} split={counts?.down} most={most} />
        <BarRow
          name={compare.perMessage}
          value={reading && perMessage(reading)}
          most={largest(columns, perMessage)}
          format={(value) => bytes(value)}
        />
        <BarRow
          name={compare.p50}
          value={reading && p50(reading)}
          most={largest(columns, p95)}
          format={milliseconds}
          model={model}
        />
        <Row
          name={links.modelP50}
          about={model === null ? links.noModel : links.modelTitle(spelled(milliseconds(link?.rttMs ?? 0)))}
          figure={model === null ? { figure: '', unit: meters.none } : milliseconds(model)}
          isKnown
        >
          <LatencyBar value={0} most={largest(columns, p95)} model={model} />
        </Row>
        <BarRow name={compare.p95} value={reading && p95(reading)} most={largest(columns, p95)} format={milliseconds} />
      </tbody>
    </table>
  )
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
  value: number | null
  most: number
  format: (value: number) => Figure
  /** The value in theory. */
  model?: number | null
}

function BarRow({ name, value, most, format, model = null }: BarRowProps) {
  const { meters } = texts.value
  return (
    <Row
      name={name}
      figure={value === null ? { figure: '', unit: meters.noMessage } : format(value)}
      isKnown={value !== null}
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
