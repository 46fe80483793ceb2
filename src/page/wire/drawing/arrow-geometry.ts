import { BYTE_PARTS, type ByteSplit } from '../../../meter.ts'
import type { Brush } from './brush.ts'
import type { Hue } from './palette.ts'
import type { Outline } from './pen.ts'

/** Pixels before the first byte and after the last one, for the lifelines and the head; gap and least length of a part. */
const BYTES = { from: 15, room: 34, gap: 1.6, least: 1.5 }

interface BytesLook {
  hue: Hue
  isEmpty: boolean
  /** Overlaps many others: only the length of each part can be seen. */
  isCrowd: boolean
  bytesPerPx: number
}

/** The line of an arrow and the bytes along it. Positions are pixels from its beginning. */
export class ArrowGeometry {
  readonly length: number
  readonly #brush: Brush
  readonly #from: { x: number; y: number }
  /** The vector of one pixel along the line. */
  readonly #step: { x: number; y: number }

  constructor(brush: Brush, x1: number, y1: number, x2: number, y2: number) {
    this.#brush = brush
    this.length = Math.hypot(x2 - x1, y2 - y1)
    this.#from = { x: x1, y: y1 }
    this.#step = { x: (x2 - x1) / this.length, y: (y2 - y1) / this.length }
  }

  along(outline: Outline, from: number, to: number): void {
    const { x, y } = this.#from
    outline.moveTo(x + this.#step.x * from, y + this.#step.y * from)
    outline.lineTo(x + this.#step.x * to, y + this.#step.y * to)
  }

  head(colour: string): void {
    const { x: ux, y: uy } = this.#step
    const [x, y] = [this.#from.x + ux * (this.length - 6), this.#from.y + uy * (this.length - 6)]
    const head = this.#brush.outline('head', { fill: colour })
    head.moveTo(x + ux * 5, y + uy * 5)
    head.lineTo(x - ux * 5 - uy * 4, y - uy * 5 + ux * 4)
    head.lineTo(x - ux * 5 + uy * 4, y - uy * 5 - ux * 4)
    head.closePath()
  }

  /** In the middle: the transfer did not get through. */
  cross(colour: string): void {
    const { x: ux, y: uy } = this.#step
    const [x, y] = [this.#from.x + (ux * this.length) / 2, this.#from.y + (uy * this.length) / 2]
    const cross = this.#brush.outline('head', { stroke: colour, width: 2 })
    for (const side of [-5, 5]) {
      cross.moveTo(x - 5, y - side)
      cross.lineTo(x + 5, y + side)
    }
  }

  /** To scale: headers pale, framing dark, envelope hatched, payload solid. Bytes that do not fit are cut off visibly. */
  bytes(bytes: ByteSplit, { hue, isEmpty, isCrowd, bytesPerPx }: BytesLook): void {
    const brush = this.#brush
    const { line, surface } = brush.palette
    const room = this.length - BYTES.room
    let at = BYTES.from
    for (const part of BYTE_PARTS) {
      if (bytes[part] <= 0 || at >= room) continue
      const px = Math.max(bytes[part] / bytesPerPx, BYTES.least)
      const end = Math.min(at + px, room)
      if (isCrowd) {
        const colour = isEmpty ? line : part === 'headers' ? hue.tint : hue.mark
        this.along(
          brush.outline('bytes', { stroke: colour, width: 1, opacity: part === 'envelope' ? 0.5 : 1 }),
          at,
          end,
        )
        at = end + BYTES.gap
        continue
      }
      this.along(brush.outline('gap', { stroke: surface, width: 9.5 }), at - 0.8, end + 0.8)
      if (part === 'envelope' && !isEmpty) {
        const hatch = brush.outline('bytes', { stroke: hue.mark, width: 8 })
        for (let x = at; x < end; x += 3.2) this.along(hatch, x, Math.min(x + 1.5, end))
      } else {
        const colour = isEmpty ? line : part === 'payload' ? hue.mark : part === 'framing' ? hue.ink : hue.tint
        this.along(brush.outline('bytes', { stroke: colour, width: 8 }), at, end)
      }
      if (at + px > room) {
        const torn = brush.outline('head', { stroke: surface, width: 12 })
        this.along(torn, end - 11, end - 8)
        this.along(torn, end - 6, end - 3)
      }
      at = end + BYTES.gap
    }
  }
}
