import type { CapacityWords } from '../../capacity/capacity-words.ts'
import { COMPARED } from '../../capacity/coefficients-choice.ts'
import { QUANTITIES } from '../../capacity/quantities.ts'
import { type CapacityRequest } from '../../../models/capacity.ts'
import type { Coefficients } from '../../../models/coefficients.ts'
import { type Prices } from '../../../models/capacity-bill.ts'
import type { TransportName } from '../../../transports.ts'
import { Glyph, labelOf } from '../shared/transport-label.tsx'
import { unitOf, cellText } from './quantity-text.ts'

export function ComparedPanel({
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
