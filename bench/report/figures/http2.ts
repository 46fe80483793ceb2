import { bars, type Bar } from '../drawing/bars.ts'
import { spelled } from '../format.ts'
import { METRICS_OF, variantOf } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { cellTable } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

const drawn = (report: Report): Cell[] => cellsOf(report, 'http2').filter((cell) => cell.perRequest)

/** A bar for each version and set of headers: the headers of one request, and its other bytes. */
export const http2: Figure = {
  id: 'http2',
  panels: (report, texts, { full }) => {
    const all = drawn(report).flatMap(({ perRequest, ...cell }): Bar[] => {
      if (!perRequest) return []
      const { up, down, bytes } = perRequest
      const parts: Bar['parts'] = [
        { value: up.headers + down.headers, texture: 'headers' },
        { value: up.framing + down.framing, texture: 'framing' },
      ]
      const name = nameOf(variantOf(cell), texts) + doubt(cell)
      return [{ subject: cell.subject, name, label: spelled(bytes.value, 'B'), parts }]
    })
    const label = texts.figures.http2.title
    return all.length > 0 ? [{ ...bars(all, texts.axes.bytesPerRequest, full), label }] : []
  },
  table: (report, texts) => cellTable(drawn(report), METRICS_OF.http2, texts),
}
