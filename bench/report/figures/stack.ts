import { figure, spelled } from '../format.ts'
import { variantOf } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { linearAxis } from './axis.ts'
import { bars, type Texture } from './bars.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

export const TEXTURES: readonly Texture[] = ['headers', 'framing', 'payload', 'tcpIp']

/** Beside a bar so many times as long the others are slivers. */
const APART = 10

/** Bytes per message, by what they are. The parts add up to the figure that the report gives. */
export function partsOf({ bytes }: Cell): Record<Texture, number> | null {
  if (!bytes) return null
  const { up, down, perMessage } = bytes
  const total = up.headers + down.headers + up.framing + down.framing + up.payload + down.payload
  if (!(total > 0)) return null
  const each = (part: number) => (part / total) * perMessage.application.value
  return {
    headers: each(up.headers + down.headers),
    framing: each(up.framing + down.framing),
    payload: each(up.payload + down.payload),
    tcpIp: perMessage.wire ? Math.max(0, perMessage.wire.value - perMessage.application.value) : 0,
  }
}

const drawn = (report: Report) =>
  cellsOf(report, 'overhead').flatMap((cell) => {
    const parts = partsOf(cell)
    return parts ? [{ cell, parts, total: TEXTURES.reduce((sum, texture) => sum + parts[texture], 0) }] : []
  })

export const stack: Figure = {
  id: 'stack',
  panels: (report, texts, { full }) => {
    const all = drawn(report)
    const least = Math.min(...all.map(({ total }) => total))
    const groups = [all.filter(({ total }) => total < least * APART), all.filter(({ total }) => total >= least * APART)]
    return groups.flatMap((group, i) => {
      if (group.length === 0) return []
      const x = linearAxis(
        texts.axes.bytes,
        group.map(({ total }) => total),
        full < 500 ? 3 : 6,
      )
      const { option, height } = bars(
        group.map(({ cell, parts, total }) => ({
          subject: cell.subject,
          name: nameOf(variantOf(cell), texts) + doubt(cell),
          label: spelled(total, 'B'),
          parts: TEXTURES.map((texture) => ({ value: parts[texture], texture })),
        })),
        x,
        full,
      )
      const title = i > 0 ? { title: texts.onAnAxisOfItsOwn } : {}
      return [{ ...title, option, width: full, height, label: texts.figures.stack.title }]
    })
  },
  table: (report, texts) => ({
    head: [texts.table.what, ...TEXTURES.map((texture) => `${texts.textures[texture]}, B`), `${texts.table.total}, B`],
    rows: drawn(report).map(({ cell, parts, total }) => [
      nameOf(variantOf(cell), texts) + doubt(cell),
      ...TEXTURES.map((texture) =>
        texture === 'tcpIp' && !cell.bytes?.perMessage.wire ? texts.table.notMeasured : figure(parts[texture]),
      ),
      figure(total),
    ]),
  }),
  notes: (report, texts) => (drawn(report).some(({ cell }) => !cell.bytes?.perMessage.wire) ? [texts.withoutWire] : []),
}
