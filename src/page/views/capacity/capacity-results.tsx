import { useId } from 'preact/hooks'
import { whole } from '../../browser/format.ts'
import type { CapacityWords } from '../../capacity/capacity-words.ts'
import { COMPARED, type ChosenCoefficients } from '../../capacity/coefficients-choice.ts'
import { price, shareText, significant, size, spelledSize } from '../../capacity/figures.ts'
import { CHART_USERS, curveOf, megabitsPerS, QUANTITIES, quantityOf, type Quantity } from '../../capacity/quantities.ts'
import {
  billOf,
  capacityOf,
  type Beyond,
  type Capacity,
  type CapacityRequest,
  type Coefficients,
  type Prices,
  type TransportCoefficients,
} from '../../../models/capacity.ts'
import type { FormulaId } from '../../../models/choice.ts'
import type { TransportName } from '../../../transports.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { CheckTable, PaperTable } from './capacity-tables.tsx'
import { CoefficientsSource, CostTable } from './coefficients-source.tsx'
import { FormulaList } from './formula-list.tsx'
import { UsersChart } from './users-chart.tsx'

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
          <RangeTag capacity={capacity} words={words} />
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

function RangeTag({ capacity, words }: { capacity: Capacity; words: CapacityWords }) {
  const isBeyond = capacity.beyond.length > 0
  return (
    <span class="capacity-tag" data-beyond={isBeyond}>
      {isBeyond ? words.beyondTitle : words.measuredTag}
    </span>
  )
}

interface Reading {
  quantity: Quantity
  figure: string
  unit: string
  note: string
}

function Readings({
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
      note: words.processes(whole(processes), shareText(activity.utilisation)),
    },
    {
      quantity: 'memory',
      figure: memory?.figure ?? '–',
      unit: memory?.unit ?? '',
      note: costs.memoryBytes === null ? words.notMeasured : words.memoryNote(spelledSize(costs.memoryBytes)),
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
      {beyond.length === 0 && <p>{words.within}</p>}
      {beyond.map((name) => {
        const [value, [low, high]] = facts[name]
        return <p key={name}>{words.beyond[name](value, significant(low), significant(high))}</p>
      })}
      {request.hasTls && <p>{words.tlsNote}</p>}
    </div>
  )
}

/** A value of a quantity, as it stands in a table or at an axis. */
export function spellQuantity(quantity: Quantity, value: number): string {
  if (quantity === 'memory') return spelledSize(value)
  if (quantity === 'bill') return price(value)
  return quantity === 'files' ? whole(value) : significant(value)
}

const shortUsers = (users: number): string =>
  users >= 1e6 ? `${significant(users / 1e6)} M` : users >= 10_000 ? `${significant(users / 1000)} k` : whole(users)

function ChartPanel({
  request,
  coefficients,
  quantity,
  prices,
  words,
  onQuantity,
}: {
  request: CapacityRequest
  coefficients: Coefficients
  quantity: Quantity
  prices: Prices
  words: CapacityWords
  onQuantity: (quantity: Quantity) => void
}) {
  const title = useId()
  const unit = unitOf(quantity, words)
  const all = COMPARED.map((transport) => ({
    transport,
    points: curveOf({ ...request, transport }, coefficients, quantity, prices),
  }))
  const curves = all.filter(({ points }) => points.length > 0)
  const zero = all.filter(({ points, transport }) => points.length === 0 && coefficients.transports[transport])
  const measured = coefficients.transports[request.transport]?.range.clients ?? [1, 1]
  const name = words.quantities[quantity]
  return (
    <section class="panel capacity-figure" aria-labelledby={title}>
      <header class="head">
        <h2 id={title}>{words.chart.title}</h2>
        <label>
          <span class="sr">{words.chart.quantity}</span>
          <select value={quantity} onChange={({ currentTarget }) => onQuantity(currentTarget.value as Quantity)}>
            {QUANTITIES.map((one) => (
              <option key={one} value={one}>
                {words.quantities[one]}
              </option>
            ))}
          </select>
        </label>
      </header>
      <figure>
        {curves.length > 0 && (
          <div class="capacity-plot">
            <UsersChart
              curves={curves}
              chosen={request.transport}
              users={request.clients}
              measured={measured}
              axis={unit === '' ? name : `${name}, ${unit}`}
              usersAxis={words.chart.users}
              label={words.chart.label(name, labelOf(request.transport), whole(request.clients))}
              line={quantity === 'cores' ? { value: 1, text: words.chart.oneProcess } : null}
              format={(value) => spellQuantity(quantity, value)}
              formatUsers={shortUsers}
              measuredText={words.measuredTag}
            />
          </div>
        )}
        <figcaption>
          {words.chart.about}
          {zero.length > 0 && ` ${words.chart.zero}: ${zero.map(({ transport }) => labelOf(transport)).join(', ')}.`}
        </figcaption>
      </figure>
      <details>
        <summary>{words.chart.tableSummary}</summary>
        <div class="capacity-scroll" tabIndex={0} role="group" aria-label={words.chart.table(name)}>
          <table class="capacity-table">
            <caption>{unit === '' ? words.chart.table(name) : `${words.chart.table(name)}, ${unit}`}</caption>
            <thead>
              <tr>
                <th scope="col">{words.paper.users}</th>
                {COMPARED.map((transport) => (
                  <th key={transport} scope="col">
                    {labelOf(transport)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {TABLE_USERS.map((users) => (
                <tr key={users} data-beyond={users < measured[0] || users > measured[1]}>
                  <th scope="row">{whole(users)}</th>
                  {COMPARED.map((transport) => (
                    <td key={transport}>
                      {cellText({ ...request, transport, clients: users }, coefficients, quantity, prices, words)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  )
}

const TABLE_USERS = Array.from(
  { length: Math.round(Math.log10(CHART_USERS.to / CHART_USERS.from)) + 1 },
  (_, i) => CHART_USERS.from * 10 ** i,
)

/** The unit beside a name; the name of the cores says it already. */
const unitOf = (quantity: Quantity, { units }: CapacityWords): string =>
  quantity === 'traffic' ? units.traffic : quantity === 'requests' ? units.requests : ''

function cellText(
  request: CapacityRequest,
  coefficients: Coefficients,
  quantity: Quantity,
  prices: Prices,
  { notMeasured }: CapacityWords,
): string {
  if (!coefficients.transports[request.transport]) return notMeasured
  const value = quantityOf(quantity, capacityOf(request, coefficients), prices, request.targetUtilisation)
  return value === null ? notMeasured : spellQuantity(quantity, value)
}

function ComparedPanel({
  request,
  coefficients,
  prices,
  words,
}: {
  request: CapacityRequest
  coefficients: Coefficients
  prices: Prices
  words: CapacityWords
}) {
  return (
    <section class="panel capacity-compared">
      <div class="capacity-scroll" tabIndex={0} role="group" aria-label={words.compare.title}>
        <table class="capacity-table">
          <caption>{words.compare.title}</caption>
          <thead>
            <tr>
              <th scope="col">{words.compare.transport}</th>
              {QUANTITIES.map((quantity) => {
                const unit = unitOf(quantity, words)
                return (
                  <th key={quantity} scope="col">
                    {words.quantities[quantity]}
                    {unit !== '' && <small> {unit}</small>}
                  </th>
                )
              })}
            </tr>
          </thead>
          <tbody>
            {COMPARED.map((transport: TransportName) => (
              <tr key={transport} data-transport={transport} data-chosen={transport === request.transport}>
                <th scope="row">
                  <Glyph of={transport} /> {labelOf(transport)}
                </th>
                {QUANTITIES.map((quantity) => (
                  <td key={quantity}>{cellText({ ...request, transport }, coefficients, quantity, prices, words)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
