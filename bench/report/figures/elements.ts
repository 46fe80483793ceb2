/** Pieces that are drawn where we say, in pixels of the picture. */
export type Element = Record<string, unknown>

interface TextStyle {
  color: string
  size: number
  weight?: number
  align?: 'left' | 'center' | 'right'
  /** Paper around the letters, where they stand on a line. */
  hasHalo?: boolean
}

export const text = (
  words: string,
  x: number,
  y: number,
  { color, size, weight = 400, align = 'left', hasHalo = false }: TextStyle,
): Element => ({
  type: 'text',
  x,
  y,
  z: 10,
  silent: true,
  style: {
    text: words,
    fill: color,
    fontSize: size,
    fontWeight: weight,
    align,
    verticalAlign: 'middle',
    ...(hasHalo ? { stroke: 'var(--surface)', lineWidth: 4 } : {}),
  },
})

interface LineStyle {
  color: string
  width: number
  dash?: number[]
  z?: number
}

export const line = (points: readonly [number, number][], { color, width, dash, z = 1 }: LineStyle): Element => ({
  type: 'polyline',
  z,
  silent: true,
  shape: { points },
  style: { stroke: color, lineWidth: width, fill: 'none', ...(dash ? { lineDash: dash } : {}) },
})

export const rect = (x: number, y: number, width: number, height: number, fill: string, stroke?: string): Element => ({
  type: 'rect',
  z: 3,
  silent: true,
  shape: { x, y, width, height },
  style: { fill, ...(stroke === undefined ? {} : { stroke, lineWidth: 1 }) },
})

/** What does not hold: not valid, not shown, only predicted. */
export const diamond = (x: number, y: number, size: number, fill = 'var(--surface)'): Element => ({
  type: 'polygon',
  z: 11,
  silent: true,
  shape: { points: [[x, y - size], [x + size, y], [x, y + size], [x - size, y]] }, // prettier-ignore
  style: { fill, stroke: 'var(--ink)', lineWidth: 1.5 },
})

/** What holds. */
export const disc = (x: number, y: number, size: number): Element => ({
  type: 'circle',
  z: 11,
  silent: true,
  shape: { cx: x, cy: y, r: size },
  style: { fill: 'var(--ink)', stroke: 'var(--ink)', lineWidth: 1.5 },
})

/** No font can be asked here: as wide as the widest of the usual ones would be, so that nothing is cut off. */
export function textWidth(words: string, size: number, weight = 600): number {
  const ems = Array.from(words, (sign) => WIDTHS.find(([signs]) => signs.test(sign))?.[1] ?? 0.65)
  return ems.reduce((sum, em) => sum + em, 0) * size * (weight >= 600 ? 1.08 : 1)
}

const WIDTHS: readonly [RegExp, number][] = [
  [/[\u2e80-\uffef]/, 1],
  [/[\u202f .,:;'’ijlftr|I()[\]/-]/, 0.42],
  [/[mwMW%→◇]/, 0.98],
  [/[A-Z−]/, 0.78],
]
