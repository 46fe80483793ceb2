import { useId } from 'preact/hooks'
import { whole } from '../../browser/format.ts'
import type { CapacityWords } from '../../capacity/capacity-words.ts'
import { type ChosenCoefficients } from '../../capacity/coefficients-choice.ts'
import { price, shareText, significant, size, spelledSize } from '../../capacity/figures.ts'
import { megabitsPerS, type Quantity } from '../../capacity/quantities.ts'
import { capacityOf, type Beyond, type Capacity, type CapacityRequest } from '../../../models/capacity.ts'
import type { Coefficients, TransportCoefficients } from '../../../models/coefficients.ts'
import { billOf, type Prices } from '../../../models/capacity-bill.ts'
import type { FormulaId } from '../../../models/choice-findings.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { CheckTable, PaperTable } from './capacity-tables.tsx'
import { CoefficientsSource, CostTable } from './coefficients-source.tsx'
import { FormulaList } from './formula-list.tsx'
import { ChartPanel } from './chart-panel.tsx'
import { ComparedPanel } from './compared-panel.tsx'

const FORMULAS: readonly FormulaId[] = [
  'empty-polls',
  'long-poll-requests',
  'frames-per-message',
  'cpu',
  'bytes',
  'memory',
  'bill',
]

interface ResultsProps {
  request: CapacityRequest
  prices: Prices
  chosen: ChosenCoefficients
  quantity: Quantity
  words: CapacityWords
  /** A formula that the address names. */
  named: string | undefined
  onQuantity: (quantity: Quantity) => void
  onReport: (id: string) => void
}

export function CapacityResults({
  request,
  prices,
  chosen,
  quantity,
  words,
  named,
  onQuantity,
  onReport,
}: ResultsProps) {
  const { coefficients } = chosen
  const { transport, clients, targetUtilisation } = request
  const costs = coefficients.transports[transport]
  const label = labelOf(transport)
  const results = useId()
  if (!costs) {
    return (
      <div class="capacity-results">
        <p class="capacity-wait">
          {label}: {words.notMeasured}
        </p>
        <CoefficientsSource of={chosen} words={words} onChoose={onReport} />
      </div>
    )
  }
  const capacity = capacityOf(request, coefficients)
  return (
    <div class="capacity-results">
      <section class="panel" aria-labelledby={results}>
        <header class="head">
          <Glyph of={transport} />
          <h2 id={results}>{words.results(label, whole(clients))}</h2>
          <RangeTag capacity={capacity} hasTls={request.hasTls} words={words} />
        </header>
        <Readings
          capacity={capacity}
          costs={costs}
          request={request}
          prices={prices}
          coefficients={coefficients}
          words={words}
        />
        <BeyondNotes capacity={capacity} costs={costs} request={request} words={words} />
      </section>
      <ChartPanel
        request={request}
        coefficients={coefficients}
        quantity={quantity}
        prices={prices}
        words={words}
        onQuantity={onQuantity}
      />
      <ComparedPanel request={request} coefficients={coefficients} prices={prices} words={words} />
      <PaperTable coefficients={coefficients} words={words} targetUtilisation={targetUtilisation} />
      <CheckTable coefficients={coefficients} words={words} />
      <section class="panel capacity-text">
        <h2>{words.source.title}</h2>
        <CoefficientsSource of={chosen} words={words} onChoose={onReport} />
        <CostTable of={coefficients} transport={transport} words={words} name={label} />
      </section>
      <section class="panel capacity-text">
        <h2>{words.assumes.title}</h2>
        <ul>
          {words.assumes.items.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
        <h3>{words.assumes.formulas}</h3>
        <FormulaList ids={FORMULAS} named={named} />
      </section>
    </div>
  )
}

function RangeTag({ capacity, hasTls, words }: { capacity: Capacity; hasTls: boolean; words: CapacityWords }) {
  const isBeyond = capacity.beyond.length > 0
  return (
    <span class="capacity-tag" data-beyond={isBeyond}>
      {isBeyond ? words.beyondTitle : hasTls ? words.plainTag : words.measuredTag}
    </span>
  )
}

interface Reading {
  quantity: Quantity
  figure: string
  unit: string
  note: string
}

export function Readings({
  capacity,
  costs,
  request,
  prices,
  coefficients,
  words,
}: {
  capacity: Capacity
  costs: TransportCoefficients
  request: CapacityRequest
  prices: Prices
  coefficients: Coefficients
  words: CapacityWords
}) {
  const { activity, cores, processes, bytesPerS, wireBytesPerS, memoryBytes, files } = capacity
  const bill = billOf(capacity, prices, request.targetUtilisation)
  const memory = memoryBytes === null ? null : size(memoryBytes)
  /** The costs of TLS are not measured: what they would add to is marked. */
  const marked = (note: string): string => (request.hasTls ? words.plainNote(note) : note)
  const readings: Reading[] = [
    {
      quantity: 'requests',
      figure: significant(activity.requestsPerS),
      unit: words.units.requests,
      note:
        activity.requestsPerS > 0
          ? words.emptyNote(shareText(1 - activity.answersPerS / activity.requestsPerS))
          : words.framesNote(significant(activity.framesPerS)),
    },
    {
      quantity: 'traffic',
      figure: significant(megabitsPerS(capacity)),
      unit: words.units.traffic,
      note: wireBytesPerS === null ? words.trafficOnly : words.trafficNote(shareText(1 - bytesPerS / wireBytesPerS)),
    },
    {
      quantity: 'cores',
      figure: significant(cores),
      unit: words.units.cores,
      note: marked(words.processes(whole(processes), shareText(activity.utilisation))),
    },
    {
      quantity: 'memory',
      figure: memory?.figure ?? '–',
      unit: memory?.unit ?? '',
      note: costs.memoryBytes === null ? words.notMeasured : marked(words.memoryNote(spelledSize(costs.memoryBytes))),
    },
    {
      quantity: 'files',
      figure: whole(files),
      unit: '',
      note: words.filesNote(whole(coefficients.process.files)),
    },
    {
      quantity: 'bill',
      figure: price(bill.total),
      unit: '',
      note: words.billNote(
        { machines: whole(bill.machines), because: bill.because },
        price(bill.machinesPrice),
        significant(bill.gigabytes),
        price(bill.trafficPrice),
      ),
    },
  ]
  return (
    <dl class="capacity-readings">
      {readings.map(({ quantity, figure, unit, note }) => (
        <div key={quantity}>
          <dt>{words.quantities[quantity]}</dt>
          <dd>
            <b>{figure}</b>
            {unit !== '' && <i> {unit}</i>}
            <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function BeyondNotes({
  capacity,
  costs: { range },
  request,
  words,
}: {
  capacity: Capacity
  costs: TransportCoefficients
  request: CapacityRequest
  words: CapacityWords
}) {
  const { activity, processes, beyond } = capacity
  const facts: Record<Beyond, readonly [value: string, range: readonly [number, number]]> = {
    clients: [whole(request.clients), range.clients],
    ratePerS: [significant(request.ratePerS), range.ratePerS],
    requestsPerS: [significant(activity.requestsPerS), range.requestsPerS ?? [0, 0]],
    deliveriesPerS: [significant(activity.deliveriesPerS), range.deliveriesPerS],
    processes: [whole(processes), [1, 1]],
  }
  return (
    <div class="capacity-notes" aria-live="polite">
      {beyond.length === 0 && <p>{request.hasTls ? words.withinPlain : words.within}</p>}
      {beyond.map((name) => {
        const [value, [low, high]] = facts[name]
        return <p key={name}>{words.beyond[name](value, significant(low), significant(high))}</p>
      })}
      {request.hasTls && <p>{words.tlsNote}</p>}
    </div>
  )
}
