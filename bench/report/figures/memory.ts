import { bars, type Bar } from '../drawing/bars.ts'
import { figure, spelled } from '../format.ts'
import { METRICS, shown } from '../metrics.ts'
import type { Cell, Estimate, Report } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import { spellEstimate } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

const measured = (cell: Cell): Estimate | undefined => {
  const estimate = METRICS.memoryPerClient.of(cell)
  return estimate && shown(METRICS.memoryPerClient, estimate)
}
const kilobytes = (cell: Cell): number => measured(cell)?.value ?? 0
/** Where memory did not grow there is no bar; the list of cells that are not valid has the reason. */
const drawn = (report: Report): Cell[] => cellsOf(report, 'memory').filter(measured)

const spelledIn =
  ({ table }: Texts) =>
  (estimate: Estimate | undefined): string =>
    estimate ? spellEstimate(estimate, table.to) : table.notMeasured

export const memory: Figure = {
  id: 'memory',
  panels: (report, texts, { full }) => {
    const all = drawn(report).map((cell): Bar => ({
      subject: cell.subject,
      name: nameOf(cell.subject, texts) + doubt(cell),
      label: spelled(kilobytes(cell), 'kB'),
      parts: [{ value: kilobytes(cell), texture: 'payload' }],
    }))
    return all.length > 0 ? [{ ...bars(all, texts.axes.memory, full), label: texts.figures.memory.title }] : []
  },
  table: (report, texts) => ({
    head: [
      texts.table.what,
      texts.table.clients,
      `${texts.metrics.memoryPerClient}, kB`,
      texts.table.idle,
      texts.table.loaded,
    ],
    rows: cellsOf(report, 'memory').map((cell) => [
      nameOf(cell.subject, texts) + doubt(cell),
      String(cell.clients),
      spelledIn(texts)(measured(cell)),
      figure((cell.memory?.idleBytes ?? 0) / 1e6),
      figure((cell.memory?.loadedBytes ?? 0) / 1e6),
    ]),
  }),
}
