import { arrowsOf } from '../items.ts'
import { paintWire } from './paint.ts'
import type { Palette } from './palette.ts'
import { SvgPen } from './pen.ts'
import type { Scene } from './scene.ts'
import type { WireRecords } from '../wire-records.ts'

/** The current picture as an SVG document. */
export function toSvg(palette: Palette, scene: Scene): string {
  const pen = new SvgPen()
  paintWire(pen, palette, scene)
  const { width, height, endAt } = scene.view
  return pen.document(width, height, palette.surface, new Date(endAt).toISOString())
}

/** All data: the server's records, the page's times of each arrow, and the comparison of the clocks. */
export function toJson(wire: WireRecords): string {
  const items = wire.items.map((item) => {
    if (item.type === 'switch') return { type: item.type, at: item.begunAt, ...item.switchEvent }
    const arrows = arrowsOf(item, wire.times).map(({ way, leftAt, arrivedAt, fault }) => ({
      ...{ way, leftAt, arrivedAt },
      ...(fault ? { fault } : {}),
    }))
    return { type: item.type, record: item.record, arrows }
  })
  return JSON.stringify(
    {
      about: 'Times of records are ms since the epoch by the server’s clock, all others by the page’s.',
      clock: wire.clock,
      dropped: wire.dropped,
      totals: Object.fromEntries(wire.totals),
      messages: [...wire.messages.values()],
      items,
    },
    null,
    1,
  )
}
