import { capacityOf, type Capacity, type CapacityRequest } from '../../models/capacity.ts'
import type { Coefficients } from '../../models/coefficients.ts'
import { billOf, type Prices } from '../../models/capacity-bill.ts'

/** What the chart of `#/capacity` can show, each as one number of a capacity. */
export const QUANTITIES = ['cores', 'traffic', 'requests', 'memory', 'files', 'bill'] as const
export type Quantity = (typeof QUANTITIES)[number]

export const isQuantity = (name: string | undefined): name is Quantity => QUANTITIES.some((one) => one === name)

/** cores; Mbit/s with TCP/IP where it was counted; requests per second; bytes; open files; a price for a month. */
export function quantityOf(
  quantity: Quantity,
  capacity: Capacity,
  prices: Prices,
  targetUtilisation: number,
): number | null {
  switch (quantity) {
    case 'cores':
      return capacity.cores
    case 'traffic':
      return megabitsPerS(capacity)
    case 'requests':
      return capacity.activity.requestsPerS
    case 'memory':
      return capacity.memoryBytes
    case 'files':
      return capacity.files
    case 'bill':
      return billOf(capacity, prices, targetUtilisation).total
  }
}

export const megabitsPerS = ({ wireBytesPerS, bytesPerS }: Capacity): number => ((wireBytesPerS ?? bytesPerS) * 8) / 1e6

export interface CurvePoint {
  users: number
  value: number
  isMeasured: boolean
}

/** Users of the chart: powers of 10. */
export const CHART_USERS = { from: 10, to: 1_000_000 } as const
const STEPS_PER_DECADE = 12

const logSteps = (from: number, to: number): number[] => {
  const steps = Math.round(Math.log10(to / from) * STEPS_PER_DECADE)
  return Array.from({ length: steps + 1 }, (_, i) => from * 10 ** (i / STEPS_PER_DECADE))
}

/** A quantity over the number of users, all else the same. Without points: the quantity was not measured, or is 0. */
export function curveOf(
  request: CapacityRequest,
  coefficients: Coefficients,
  quantity: Quantity,
  prices: Prices,
): CurvePoint[] {
  const measured = coefficients.transports[request.transport]?.range.clients
  if (!measured) return []
  // The ends of the measured range are points, so that the line changes there, and the number of users is one, for its mark.
  const within = (users: number) => users > CHART_USERS.from && users < CHART_USERS.to
  const all = [
    ...new Set([...logSteps(CHART_USERS.from, CHART_USERS.to), ...[...measured, request.clients].filter(within)]),
  ]
  return all
    .sort((a, b) => a - b)
    .flatMap((users) => {
      const capacity = capacityOf({ ...request, clients: users }, coefficients)
      const value = quantityOf(quantity, capacity, prices, request.targetUtilisation)
      const isMeasured = users >= measured[0] && users <= measured[1]
      return value === null || value <= 0 ? [] : [{ users, value, isMeasured }]
    })
}
