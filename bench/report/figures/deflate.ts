import { bars, type Bar } from '../drawing/bars.ts'
import { spelled } from '../format.ts'
import { METRICS, METRICS_OF, shown, variantOf } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { cellTable } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure, type Panel } from './figure.ts'
import { applicationParts } from './stack.ts'

const KEYS = ['bytesPerMessage', 'cpuPerDelivery', 'memoryPerClient'] as const

const drawn = (report: Report): Cell[] => cellsOf(report, 'deflate').filter((cell) => cell.bytes ?? cell.memory)

/** Panels of bars: what is saved, and the two prices of it. */
export const deflate: Figure = {
  id: 'deflate',
  panels: (report, texts, { half }) =>
    KEYS.flatMap((key): Panel[] => {
      const metric = METRICS[key]
      const all = drawn(report).flatMap((cell): Bar[] => {
        const estimate = metric.of(cell)
        if (!estimate) return []
        const { value, unit } = shown(metric, estimate)
        const { subject } = cell
        const name = nameOf(variantOf(cell), texts) + doubt(cell)
        const parts = key === 'bytesPerMessage' ? applicationParts(cell) : [{ value, texture: 'payload' as const }]
        return [{ subject, name, label: spelled(value, unit), parts }]
      })
      const title = texts.metrics[key]
      const label = `${texts.figures.deflate.title}: ${title}`
      return all.length > 0 ? [{ ...bars(all, title, half), isHalf: true, title, label }] : []
    }),
  table: (report, texts) => cellTable(drawn(report), METRICS_OF.deflate, texts),
}
