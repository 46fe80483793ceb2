import { BYTE_PARTS } from '../../../src/meter.ts'
import { bars, type Bar, type Texture } from '../drawing/bars.ts'
import { figure, spelled } from '../format.ts'
import { variantOf } from '../metrics.ts'
import type { Cell, Report } from '../schema.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

/** The parts of the application's bytes, from the outside in, and what TCP/IP adds. */
export const TEXTURES: readonly Texture[] = [...BYTE_PARTS, 'tcpIp']

/** Bars this many times as long as the shortest get a second axis: beside them the other bars would be too short to see. */
const APART = 10

/** The application's bytes per message, by kind. The parts add up to the figure that the report gives. */
export function applicationParts({ bytes }: Cell): Bar['parts'] {
  if (!bytes) return []
  const { up, down, perMessage } = bytes
  const sizes = BYTE_PARTS.map((texture) => ({ texture, size: (up[texture] ?? 0) + (down[texture] ?? 0) }))
  const total = sizes.reduce((sum, { size }) => sum + size, 0)
  if (!(total > 0)) return []
  return sizes.map(({ texture, size }) => ({ texture, value: (size / total) * perMessage.application.value }))
}

/** The same, and the bytes that TCP/IP adds. */
export function partsOf(cell: Cell): Record<Texture, number> | null {
  const parts = applicationParts(cell)
  if (parts.length === 0) return null
  const { application, wire } = cell.bytes?.perMessage ?? {}
  const tcpIp = application && wire ? Math.max(0, wire.value - application.value) : 0
  const valueOf = (texture: Texture) => parts.find((part) => part.texture === texture)?.value ?? 0
  return {
    headers: valueOf('headers'),
    framing: valueOf('framing'),
    envelope: valueOf('envelope'),
    payload: valueOf('payload'),
    tcpIp,
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
      const drawnBars = group.map(({ cell, parts, total }) => ({
        subject: cell.subject,
        name: nameOf(variantOf(cell), texts) + doubt(cell),
        label: spelled(total, 'B'),
        parts: TEXTURES.map((texture) => ({ value: parts[texture], texture })),
      }))
      const title = i > 0 ? { title: texts.onAnAxisOfItsOwn } : {}
      return [{ ...bars(drawnBars, texts.axes.bytes, full), ...title, label: texts.figures.stack.title }]
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
