import { bars, type Bar } from '../../report/drawing/bars.ts'
import { figure, spelled } from '../../report/format.ts'
import { renderSvg } from '../../report/drawing/svg.ts'
import type { Kind } from '../kinds.ts'
import type { PeerCell } from './schema.ts'
import { costAt, doubt, KIND_TITLES } from './words.ts'

/** Widths in px, for pages and for phones. */
const WIDTHS = { wide: 370, narrow: 332 } as const

interface Drawn {
  title: string
  axis: string
  /** null leaves the bar out. */
  value: (cell: PeerCell) => number | null
  label: (cell: PeerCell, value: number) => string
}

const costPanel = (inFlight: number): Drawn => ({
  title: inFlight === 1 ? '1 message in flight' : `${inFlight} messages in flight`,
  axis: 'CPU time of the server per delivery, µs',
  value: (cell) => costAt(cell, inFlight)?.perDeliveryUs.value ?? null,
  label(cell, value) {
    const ratio = costAt(cell, inFlight)?.ratio
    return ratio && !cell.isControl ? `${spelled(value, 'µs')}, ${figure(ratio.value)} ×` : spelled(value, 'µs')
  },
})

const memoryPanel: Drawn = {
  title: 'memory of an idle connection',
  axis: 'KiB per connection',
  value: ({ memory }) => (memory ? Math.max(0, memory.perConnectionBytes / 1024) : null),
  label: (_, value) => `${figure(value)} KiB`,
}

/** CPU time per delivery at each number of messages in flight, and memory per connection. */
export function kindFigure(kind: Kind, cells: readonly PeerCell[]): string {
  const panels = [...(cells[0]?.costs ?? []).map(({ inFlight }) => costPanel(inFlight)), memoryPanel]
  return (['wide', 'narrow'] as const)
    .map((size) => {
      const pictures = panels.map((panel) => panelOf(panel, kind, cells, WIDTHS[size])).join('')
      return `<div class="${size}">${pictures}</div>`
    })
    .join('')
}

function panelOf({ title, axis, value, label }: Drawn, kind: Kind, cells: readonly PeerCell[], width: number): string {
  const all = cells.flatMap((cell): Bar[] => {
    const found = cell.validity.isVoid ? null : value(cell)
    if (found === null) return []
    const subject = cell.isControl ? 'control' : kind
    const parts = [{ value: found, texture: 'payload' as const }]
    return [{ subject, name: cell.peer + doubt(cell), label: label(cell, found), parts }]
  })
  if (all.length === 0) return ''
  const picture = { ...bars(all, axis, width), label: `${KIND_TITLES[kind]}: ${title}` }
  return `<div class="panel half"><h4>${title}</h4>${renderSvg(picture)}</div>`
}
