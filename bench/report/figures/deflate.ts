import { shown, METRICS, METRICS_OF, variantOf } from '../metrics.ts'
import { spelled } from '../format.ts'
import type { Cell, Report } from '../schema.ts'
import { linearAxis } from './axis.ts'
import { bars, type Bar } from './bars.ts'
import { cellTable } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure, type Panel } from './figure.ts'

const drawn = (report: Report): Cell[] => cellsOf(report, 'deflate').filter((cell) => cell.bytes ?? cell.memory)

/** Bytes as the meters divide them; for other figures one part. */
function partsOf({ bytes }: Cell): Bar['parts'] {
  if (!bytes) return []
  const { up, down, perMessage } = bytes
  const total = up.headers + up.framing + up.payload + down.headers + down.framing + down.payload
  const each = (part: number) => (part / total) * perMessage.application.value
  return [
    { value: each(up.headers + down.headers), texture: 'headers' },
    { value: each(up.framing + down.framing), texture: 'framing' },
    { value: each(up.payload + down.payload), texture: 'payload' },
  ]
}

/** Panels of bars: what is saved, and the two prices of it. */
export const deflate: Figure = {
  id: 'deflate',
  panels: (report, texts, { half }) => {
    const panel = (key: 'bytesPerMessage' | 'cpuPerDelivery' | 'memoryPerClient'): Panel[] => {
      const metric = METRICS[key]
      const found = drawn(report).flatMap((cell) => {
        const estimate = metric.of(cell)
        return estimate ? [{ cell, ...shown(metric, estimate) }] : []
      })
      if (found.length === 0) return []
      const title = texts.metrics[key]
      const { option, height } = bars(
        found.map(({ cell, value, unit }) => ({
          subject: cell.subject,
          name: nameOf(variantOf(cell), texts) + doubt(cell),
          label: spelled(value, unit),
          parts: key === 'bytesPerMessage' ? partsOf(cell) : [{ value, texture: 'payload' }],
        })),
        linearAxis(title, found.map(({ value }) => value), 3), // prettier-ignore
        half,
      )
      return [{ option, width: half, height, isHalf: true, title, label: `${texts.figures.deflate.title}: ${title}` }]
    }
    return [...panel('bytesPerMessage'), ...panel('cpuPerDelivery'), ...panel('memoryPerClient')]
  },
  table: (report, texts) => cellTable(drawn(report), METRICS_OF.deflate, texts),
}
