import type { CapacityCheck } from '../../src/models/coefficients.ts'
import { isTransport } from '../../src/transports.ts'
import type { Cell } from './schema.ts'

/** The part of a measurement by which a prediction may differ from it. */
export const CAPACITY_TOLERANCE = 0.2

/** The third part of the id of a cell that is predicted and not used for the fit. */
export const CHECK = 'check'

export const isCheck = ({ id }: Pick<Cell, 'id'>): boolean => id.split('/')[2] === CHECK

/** Predicted and measured, for each quantity of a cell that was not used for the fit. */
export function checksOf(cell: Cell): CapacityCheck[] {
  const { subject, clients, ratePerS, model = {}, cpu, bytes, memory } = cell
  if (!isCheck(cell) || !isTransport(subject)) return []
  const rows: [CapacityCheck['quantity'], number | undefined, number | undefined][] = [
    ['cpu', model['utilisation'], cpu?.utilisation],
    ['bytes', model['bytesPerS'], bytes && bytes.perMessage.application.value * ratePerS * clients],
    ['memory', model['residentBytes'], memory?.loadedBytes],
  ]
  return rows.flatMap(([quantity, predicted, measured]) =>
    predicted === undefined || measured === undefined
      ? []
      : [{ transport: subject, quantity, clients, ratePerS, predicted, measured }],
  )
}

/** Predicted ÷ measured − 1. */
export const errorOf = ({ predicted, measured }: CapacityCheck): number => predicted / measured - 1
