import { figure, spelled } from '../format.ts'
import { METRICS, shown } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { linearAxis } from './axis.ts'
import { bars } from './bars.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

const drawn = (report: Report): Cell[] => cellsOf(report, 'memory').filter((cell) => cell.memory)
const kilobytes = (cell: Cell): number =>
  shown(METRICS.memoryPerClient, { value: cell.memory?.perClientBytes ?? 0 }).value

export const memory: Figure = {
  id: 'memory',
  panels: (report, texts, { full }) => {
    const cells = drawn(report)
    if (cells.length === 0) return []
    const x = linearAxis(texts.axes.memory, cells.map(kilobytes), full < 500 ? 3 : 6)
    const { option, height } = bars(
      cells.map((cell) => ({
        subject: cell.subject,
        name: nameOf(cell.subject, texts) + doubt(cell),
        label: spelled(kilobytes(cell), 'kB'),
        parts: [{ value: kilobytes(cell), texture: 'payload' }],
      })),
      x,
      full,
    )
    return [{ option, width: full, height, label: texts.figures.memory.title }]
  },
  table: (report, texts) => ({
    head: [
      texts.table.what,
      texts.table.clients,
      `${texts.metrics.memoryPerClient}, kB`,
      texts.table.idle,
      texts.table.loaded,
    ],
    rows: drawn(report).map((cell) => [
      nameOf(cell.subject, texts) + doubt(cell),
      String(cell.clients),
      figure(kilobytes(cell)),
      figure((cell.memory?.idleBytes ?? 0) / 1e6),
      figure((cell.memory?.loadedBytes ?? 0) / 1e6),
    ]),
  }),
}
