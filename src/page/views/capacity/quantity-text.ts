import { whole } from '../../browser/format.ts'
import type { CapacityWords } from '../../capacity/capacity-words.ts'
import { price, significant, spelledSize } from '../../capacity/figures.ts'
import { CHART_USERS, quantityOf, type Quantity } from '../../capacity/quantities.ts'
import { capacityOf, type CapacityRequest } from '../../../models/capacity.ts'
import type { Coefficients } from '../../../models/coefficients.ts'
import { type Prices } from '../../../models/capacity-bill.ts'

/** A value of a quantity, as it stands in a table or at an axis. */
export function spellQuantity(quantity: Quantity, value: number): string {
  if (quantity === 'memory') return spelledSize(value)
  if (quantity === 'bill') return price(value)
  return quantity === 'files' ? whole(value) : significant(value)
}

export const TABLE_USERS = Array.from(
  { length: Math.round(Math.log10(CHART_USERS.to / CHART_USERS.from)) + 1 },
  (_, i) => CHART_USERS.from * 10 ** i,
)

/** The unit beside a name; the name of the cores says it already. */
export const unitOf = (quantity: Quantity, { units }: CapacityWords): string =>
  quantity === 'traffic' ? units.traffic : quantity === 'requests' ? units.requests : ''

export function cellText(
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
