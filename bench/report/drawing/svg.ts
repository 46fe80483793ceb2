import { escapeHtml } from '../escape.ts'

/** Elements of SVG, as text. */
export type Svg = string

export interface Drawing {
  content: Svg
  width: number
  height: number
}

export interface Picture extends Drawing {
  /** The content of the picture in words, for readers who do not see it. */
  label: string
}

/** Colours of text and lines. Only transports have a hue. */
export const INK = {
  strong: 'var(--ink)',
  soft: 'var(--ink-2)',
  quiet: 'var(--ink-3)',
  edge: 'var(--line-strong)',
  line: 'var(--line)',
} as const

/** Without script, style and fonts: colours are the page's CSS variables, so that one picture serves light, dark and paper. */
export const renderSvg = ({ content, width, height, label }: Picture): string =>
  element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      role: 'img',
      'aria-label': label,
      width,
      height,
      viewBox: `0 0 ${round(width)} ${round(height)}`,
    },
    content,
  )

type Attributes = Record<string, string | number | undefined>

/** Escapes the attributes. `content` is SVG already: `text` has escaped its words. */
export function element(name: string, attributes: Attributes, content: Svg = ''): Svg {
  const all = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? round(value) : escapeHtml(value)}"`],
  )
  return content === '' ? `<${name}${all.join('')}/>` : `<${name}${all.join('')}>${content}</${name}>`
}

/** Tenths of a pixel are enough for the eye. */
const round = (px: number): number => Math.round(px * 10) / 10

export interface Stroke {
  color: string
  width: number
  dash?: readonly number[] | undefined
}

const path = (d: string, { color, width, dash }: Stroke): Svg =>
  element('path', {
    d,
    fill: 'none',
    stroke: color,
    'stroke-width': width,
    'stroke-dasharray': dash?.join(' '),
    'stroke-linejoin': 'round',
  })

export const line = (points: readonly (readonly [number, number])[], stroke: Stroke): Svg =>
  path(points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join(''), stroke)

/** Horizontal up to each point, then vertical: a share changes where a value stands. */
export const steps = (points: readonly (readonly [number, number])[], stroke: Stroke): Svg =>
  path(points.map(([x, y], i) => (i === 0 ? `M${round(x)} ${round(y)}` : `H${round(x)}V${round(y)}`)).join(''), stroke)

export const rect = (x: number, y: number, width: number, height: number, fill: string, stroke: string): Svg =>
  element('rect', { x, y, width, height, fill, stroke })

export interface TextStyle {
  color: string
  size: 11 | 12
  weight?: 400 | 600
  align?: 'start' | 'middle' | 'end'
}

/** `y` is the middle of the line. */
export const text = (words: string, x: number, y: number, { color, size, weight = 400, align }: TextStyle): Svg =>
  element(
    'text',
    {
      x,
      y,
      dy: '.35em',
      fill: color,
      'font-size': size,
      'font-weight': weight === 400 ? undefined : weight,
      'text-anchor': align,
    },
    escapeHtml(words),
  )

/** An open diamond: a value that is not valid, or a difference that was not shown. */
export const diamond = (x: number, y: number, size: number): Svg =>
  element('path', {
    d: `M0 ${-size}L${size} 0L0 ${size}L${-size} 0z`,
    transform: `translate(${round(x)} ${round(y)})`,
    fill: 'var(--surface)',
    stroke: INK.strong,
    'stroke-width': 1.5,
  })

/** A disc: a difference that was shown. */
export const disc = (x: number, y: number, radius: number): Svg =>
  element('circle', { cx: x, cy: y, r: radius, fill: INK.strong })
