import { HUES, isTransport, perTransport, withSpares, type TransportName } from '../../src/transports.ts'

export type Symbol = 'circle' | 'square' | 'diamond' | 'triangle' | 'roundedSquare' | 'arrow' | 'plus'

/**
 * How a transport looks: its hue, which is public/tokens.css's, and a symbol and a dash for readers who cannot tell the hues apart.
 */
export interface Mark {
  /** For shapes. */
  hue: string
  /** For text. */
  ink: string
  /** For lines and around shapes: the hue, or its ink where the hue is too light for paper. */
  line: string
  /** Behind text: the hue with paper in it. */
  tint: string
  symbol: Symbol
  isHollow: boolean
  /** Lengths of dashes and gaps in px; without it a line is solid. */
  dash: readonly number[] | undefined
  /** Of the patterns that html.ts defines. */
  name: string
}

/** Too light for lines on paper. */
const YELLOW = 'snapshot-poll'

const mark = (name: string, symbol: Symbol, dash?: Mark['dash'], isHollow = false): Mark => ({
  hue: `var(--${name})`,
  ink: `var(--${name}-ink)`,
  line: name === YELLOW ? `var(--${name}-ink)` : `var(--${name})`,
  tint: `var(--${name}-tint)`,
  symbol,
  isHollow,
  dash,
  name,
})

type Sign = Pick<Mark, 'symbol' | 'dash'> & { isHollow?: boolean }

const SIGNS: Partial<Record<TransportName, Sign>> = {
  'short-poll': { symbol: 'circle', dash: [7, 4], isHollow: true },
  'long-poll': { symbol: 'square', dash: [12, 3] },
  websocket: { symbol: 'circle', dash: undefined },
  sse: { symbol: 'diamond', dash: [3, 3] },
  'http-stream': { symbol: 'triangle', dash: [10, 3, 2, 3] },
  [YELLOW]: { symbol: 'roundedSquare', dash: [7, 4], isHollow: true },
  'jsonp-poll': { symbol: 'triangle', dash: [2, 4], isHollow: true },
  'socket-io': { symbol: 'arrow', dash: undefined },
}

/** For transports without a sign in the table. */
const SPARE_SIGNS = [
  { symbol: 'diamond', dash: [5, 2, 2, 2], isHollow: true },
  { symbol: 'plus', dash: [14, 4] },
  { symbol: 'square', dash: [2, 2], isHollow: true },
  { symbol: 'arrow', dash: [8, 2, 2, 2], isHollow: true },
] as const satisfies Sign[]

const signs = withSpares<Sign>(SIGNS, SPARE_SIGNS)

const MARKS = perTransport((name) => {
  const { symbol, dash, isHollow } = signs[name]
  return mark(HUES[name], symbol, dash, isHollow)
})

/** Controls, and what no transport carries. */
const CONTROL = mark('control', 'plus', [1, 4])

/** What an HTTP cell asks for belongs to the transport that asks so. */
const ASKED_BY: Record<string, TransportName> = {
  'empty-poll': 'short-poll',
  'poll-10': 'short-poll',
  'ready-long-poll': 'long-poll',
}

export const MARK_NAMES = [...new Set([...Object.values(MARKS), CONTROL].map(({ name }) => name))]

/** A subject is a transport, or what an HTTP cell asks for; anything else is a control and has no hue. */
export const markOf = (subject: string): Mark => {
  const transport = ASKED_BY[subject] ?? subject
  return isTransport(transport) ? MARKS[transport] : CONTROL
}
