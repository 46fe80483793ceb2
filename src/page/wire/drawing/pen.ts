/** The outline of a shape: the methods of a Path2D that are used here. */
export interface Outline {
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  closePath(): void
  rect(x: number, y: number, width: number, height: number): void
  arc(x: number, y: number, radius: number, from: number, to: number): void
}

/** The style of shapes. Shapes of the same style are drawn together. */
export interface Look {
  /** From the back to the front. */
  layer: number
  stroke?: string
  fill?: string
  /** Pixels. */
  width?: number
  dash?: readonly number[]
  opacity?: number
  round?: boolean
}

export interface Label {
  x: number
  y: number
  text: string
  colour: string
  font: string
  align: 'left' | 'right' | 'center'
}

/** Draws on a canvas, or writes an SVG. */
export interface Pen {
  outline(look: Look): Outline
  label(label: Label): void
}

abstract class LayeredPen<O extends Outline> implements Pen {
  readonly #shapes = new Map<string, { look: Look; outline: O }>()
  protected readonly labels: Label[] = []

  outline(look: Look): O {
    const key = `${look.layer} ${look.stroke ?? ''} ${look.fill ?? ''} ${look.width ?? 1} ${look.dash?.join() ?? ''} ${look.opacity ?? 1}`
    let shape = this.#shapes.get(key)
    if (!shape) this.#shapes.set(key, (shape = { look, outline: this.newOutline() }))
    return shape.outline
  }

  label(label: Label): void {
    this.labels.push(label)
  }

  protected abstract newOutline(): O

  protected shapes(): { look: Look; outline: O }[] {
    return [...this.#shapes.values()].sort((a, b) => a.look.layer - b.look.layer)
  }
}

/** Draws on a canvas, whose context is scaled to CSS pixels. */
export class CanvasPen extends LayeredPen<Path2D> {
  protected override newOutline(): Path2D {
    return new Path2D()
  }

  drawOn(context: CanvasRenderingContext2D): void {
    for (const { look, outline } of this.shapes()) {
      context.globalAlpha = look.opacity ?? 1
      if (look.fill !== undefined) {
        context.fillStyle = look.fill
        context.fill(outline)
      }
      if (look.stroke === undefined) continue
      context.strokeStyle = look.stroke
      context.lineWidth = look.width ?? 1
      context.lineCap = look.round ? 'round' : 'butt'
      context.setLineDash([...(look.dash ?? [])])
      context.stroke(outline)
    }
    context.globalAlpha = 1
    for (const { x, y, text, colour, font, align } of this.labels) {
      context.fillStyle = colour
      context.font = font
      context.textAlign = align
      context.fillText(text, x, y)
    }
  }
}

class SvgOutline implements Outline {
  d = ''

  moveTo(x: number, y: number): void {
    this.d += `M${short(x)} ${short(y)}`
  }
  lineTo(x: number, y: number): void {
    this.d += `L${short(x)} ${short(y)}`
  }
  closePath(): void {
    this.d += 'Z'
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.d += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`
  }
  /** Always a full circle here. */
  arc(x: number, y: number, radius: number): void {
    const r = short(radius)
    this.d += `M${short(x - radius)} ${short(y)}a${r} ${r} 0 1 0 ${short(2 * radius)} 0a${r} ${r} 0 1 0 ${short(-2 * radius)} 0Z`
  }
}

const short = (value: number): string => String(Math.round(value * 10) / 10)
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Writes an SVG document. */
export class SvgPen extends LayeredPen<SvgOutline> {
  protected override newOutline(): SvgOutline {
    return new SvgOutline()
  }

  document(width: number, height: number, background: string, title: string): string {
    const anchors = { left: 'start', right: 'end', center: 'middle' }
    const shapes = this.shapes().map(({ look, outline: { d } }) => {
      const stroke =
        look.stroke === undefined
          ? ''
          : ` stroke="${look.stroke}" stroke-width="${look.width ?? 1}"` +
            (look.dash ? ` stroke-dasharray="${look.dash.join(' ')}"` : '') +
            (look.round ? ' stroke-linecap="round"' : '')
      return `<path d="${d}" fill="${look.fill ?? 'none'}"${stroke} opacity="${look.opacity ?? 1}"/>`
    })
    const labels = this.labels.map(
      ({ x, y, text, colour, font, align }) =>
        `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchors[align]}" fill="${colour}" style="font:${escaped(font)}">${escaped(text)}</text>`,
    )
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
      `<title>${escaped(title)}</title>`,
      `<rect width="100%" height="100%" fill="${background}"/>`,
      ...shapes,
      ...labels,
      '</svg>',
      '',
    ].join('\n')
  }
}
