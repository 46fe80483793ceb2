import { spelled } from '../format.ts'
import { METRICS_OF, variantOf } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { linearAxis } from './axis.ts'
import { bars } from './bars.ts'
import { cellTable } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

const drawn = (report: Report): Cell[] => cellsOf(report, 'http2').filter((cell) => cell.perRequest)

/** A bar for each version and set of headers: what of one request's bytes is head, and what is not. */
export const http2: Figure = {
  id: 'http2',
  panels: (report, texts, { full }) => {
    const all = drawn(report).flatMap(({ perRequest, ...cell }) => (perRequest ? [{ cell, ...perRequest }] : []))
    if (all.length === 0) return []
    const sizes = all.map(({ bytes }) => bytes.value)
    const { option, height } = bars(
      all.map(({ cell, up, down, bytes }) => ({
        subject: cell.subject,
        name: nameOf(variantOf(cell), texts) + doubt(cell),
        label: spelled(bytes.value, 'B'),
        parts: [
          { value: up.headers + down.headers, texture: 'headers' },
          { value: up.framing + down.framing, texture: 'framing' },
        ],
      })),
      linearAxis(texts.axes.bytesPerRequest, sizes, full < 500 ? 3 : 6),
      full,
    )
    return [{ option, width: full, height, label: texts.figures.http2.title }]
  },
  table: (report, texts) => cellTable(drawn(report), METRICS_OF.http2, texts),
}
