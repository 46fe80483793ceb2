import { withSpares, type TransportName } from '../../../transports.ts'

interface MarkProps {
  of: TransportName
  /** Its middle, and half of its width: pixels. */
  x: number
  y: number
  size: number
}

/** A transport's mark: its shape says which it is where its colour does not. */
export function Mark({ of, x, y, size }: MarkProps) {
  const { shape, isOpen } = SHAPES[of]
  return <path class={isOpen ? 'mark open' : 'mark'} d={shape(size)} transform={`translate(${x} ${y})`} />
}

type Shape = (size: number) => string

const disc: Shape = (s) => `M${-s} 0a${s} ${s} 0 1 0 ${2 * s} 0a${s} ${s} 0 1 0 ${-2 * s} 0z`
const square: Shape = (s) => `M${-s * 0.9} ${-s * 0.9}h${s * 1.8}v${s * 1.8}h${-s * 1.8}z`
const diamond: Shape = (s) => `M0 ${-s * 1.2}L${s * 1.2} 0L0 ${s * 1.2}L${-s * 1.2} 0z`
const triangle: Shape = (s) => `M0 ${-s * 1.1}L${s * 1.15} ${s * 0.9}H${-s * 1.15}z`
const pentagon: Shape = (s) =>
  `M0 ${-s * 1.1}L${s * 1.1} ${-s * 0.3}L${s * 0.7} ${s}H${-s * 0.7}L${-s * 1.1} ${-s * 0.3}z`
const bowtie: Shape = (s) => `M${-s} ${-s}L${s} ${s}V${-s}L${-s} ${s}z`
const cross: Shape = (s) =>
  `M${-s * 0.4} ${-s}h${s * 0.8}v${s * 0.6}h${s * 0.6}v${s * 0.8}h${-s * 0.6}v${s * 0.6}h${-s * 0.8}v${-s * 0.6}h${-s * 0.6}v${-s * 0.8}h${s * 0.6}z`

interface MarkShape {
  shape: Shape
  isOpen?: boolean
}

const OWN_SHAPES: Partial<Record<TransportName, MarkShape>> = {
  'short-poll': { shape: disc, isOpen: true },
  'long-poll': { shape: square },
  websocket: { shape: disc },
  sse: { shape: diamond },
  'http-stream': { shape: triangle },
  'snapshot-poll': { shape: pentagon },
  'jsonp-poll': { shape: bowtie },
  'socket-io': { shape: cross },
}

/** For transports without a shape in the table. */
const SPARE_SHAPES = [
  { shape: diamond, isOpen: true },
  { shape: square, isOpen: true },
  { shape: pentagon, isOpen: true },
  { shape: cross, isOpen: true },
] as const satisfies MarkShape[]

/** No two alike. */
const SHAPES = withSpares<MarkShape>(OWN_SHAPES, SPARE_SHAPES)
