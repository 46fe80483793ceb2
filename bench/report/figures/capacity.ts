import type { CapacityCheck } from '../../../src/models/coefficients.ts'
import { CAPACITY_TOLERANCE, checksOf, errorOf } from '../capacity-checks.ts'
import { bars, type Bar } from '../drawing/bars.ts'
import { figure, fixed, spelled, type Unit } from '../format.ts'
import type { Report } from '../schema.ts'
import { cellsOf, nameOf, type Figure } from './figure.ts'

const checksIn = (report: Report): CapacityCheck[] => cellsOf(report, 'capacity').flatMap(checksOf)

const SHOWN: Record<CapacityCheck['quantity'], { unit: Unit; factor: number }> = {
  cpu: { unit: '%', factor: 100 },
  bytes: { unit: 'kB', factor: 1 / 1000 },
  memory: { unit: 'MB', factor: 1e-6 },
}

/** +4 % or −12 %, with ◇ where the error is larger than allowed. */
function spellError(check: CapacityCheck): string {
  const error = errorOf(check)
  const sign = error > 0 ? '+' : ''
  return `${sign}${fixed(error * 100, 0)} %${Math.abs(error) > CAPACITY_TOLERANCE ? ' ◇' : ''}`
}

/** What the costs of few clients predict for many, beside the measurement. */
export const capacity: Figure = {
  id: 'capacity',
  panels: (report, texts, { full }) => {
    const all = checksIn(report).filter(({ quantity }) => quantity === 'cpu')
    const rows = all.flatMap(({ transport, predicted, measured }): Bar[] =>
      [predicted, measured].map((share, i) => ({
        subject: transport,
        name: `${nameOf(transport, texts)}${texts.comma}${i === 0 ? texts.table.predicted : texts.measured}`,
        label: spelled(share * 100, '%'),
        parts: [{ value: share * 100, texture: i === 0 ? 'framing' : 'payload' }],
      })),
    )
    return rows.length > 0 ? [{ ...bars(rows, texts.axes.utilisation, full), label: texts.figures.capacity.title }] : []
  },
  table: (report, texts) => ({
    head: [texts.table.what, texts.table.quantity, texts.table.predicted, texts.measured, texts.table.error],
    rows: checksIn(report).map((check) => {
      const { unit, factor } = SHOWN[check.quantity]
      const load = [
        nameOf(check.transport, texts),
        texts.clientsOf(String(check.clients)),
        texts.atRate(figure(check.ratePerS)),
      ]
      return [
        load.join(texts.comma),
        texts.quantities[check.quantity],
        spelled(check.predicted * factor, unit),
        spelled(check.measured * factor, unit),
        spellError(check),
      ]
    }),
  }),
}
