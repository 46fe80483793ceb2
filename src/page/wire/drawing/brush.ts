import type { TransportName } from '../../../protocol.ts'
import type { Hue, Palette } from './palette.ts'
import type { Label, Look, Outline, Pen } from './pen.ts'

/** From the back to the front. */
const LAYER = {
  grid: 0,
  band: 1,
  lifeline: 2,
  halo: 3,
  wait: 4,
  held: 5,
  line: 6,
  gap: 7,
  bytes: 8,
  head: 9,
  mark: 10,
  switch: 11,
}

/** A pen with the colours, the fonts and the layers of the drawing. */
export class Brush {
  readonly #pen: Pen
  readonly palette: Palette

  constructor(pen: Pen, palette: Palette) {
    this.#pen = pen
    this.palette = palette
  }

  outline(layer: keyof typeof LAYER, look: Omit<Look, 'layer'>): Outline {
    return this.#pen.outline({ layer: LAYER[layer], ...look })
  }

  label(label: Label): void {
    this.#pen.label(label)
  }

  hue(transport: TransportName | null): Hue {
    const { ink2, ink3, line, transports } = this.palette
    return transport === null ? { mark: ink3, line: ink3, ink: ink2, tint: line } : transports[transport]
  }

  font(kind: 'mono' | 'sans' | 'tick'): string {
    const { mono, sans } = this.palette
    return kind === 'sans' ? `550 11px ${sans}` : kind === 'tick' ? `10px ${mono}` : `11px ${mono}`
  }

  disc(layer: keyof typeof LAYER, look: Omit<Look, 'layer'>, x: number, y: number, radius: number): void {
    const disc = this.outline(layer, look)
    disc.moveTo(x + radius, y)
    disc.arc(x, y, radius, 0, 2 * Math.PI)
  }
}
