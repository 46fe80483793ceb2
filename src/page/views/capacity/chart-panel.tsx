import { useId } from 'preact/hooks'
import { whole } from '../../browser/format.ts'
import type { CapacityWords } from '../../capacity/capacity-words.ts'
import { COMPARED } from '../../capacity/coefficients-choice.ts'
import { significant } from '../../capacity/figures.ts'
import { curveOf, QUANTITIES, type Quantity } from '../../capacity/quantities.ts'
import { type CapacityRequest } from '../../../models/capacity.ts'
import type { Coefficients } from '../../../models/coefficients.ts'
import { type Prices } from '../../../models/capacity-bill.ts'
import { labelOf } from '../shared/transport-label.tsx'
import { UsersChart } from './users-chart.tsx'
import { spellQuantity, TABLE_USERS, unitOf, cellText } from './quantity-text.ts'

const shortUsers = (users: number): string =>
  users >= 1e6 ? `${significant(users / 1e6)} M` : users >= 10_000 ? `${significant(users / 1000)} k` : whole(users)

export function ChartPanel({
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
