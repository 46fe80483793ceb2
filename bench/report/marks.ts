import { HUES, isTransport, perTransport, withSpares, type TransportName } from '../../src/transports.ts'

/**
 * How a transport looks: its hue, and a second sign for readers who do not see hues. The hues are those of public/tokens.css.
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
  symbol: string
  isHollow: boolean
  dash: number[] | 'solid'
  /** Of the patterns that html.ts defines. */
  name: string
}

/** Yellow: too light for a line on paper. */
const LIGHT = 'snapshot-poll'

const mark = (name: string, symbol: string, dash: Mark['dash'], isHollow = false): Mark => ({
  hue: `var(--${name})`,
  ink: `var(--${name}-ink)`,
  line: name === LIGHT ? `var(--${name}-ink)` : `var(--${name})`,
  tint: `var(--${name}-tint)`,
  symbol,
  isHollow,
  dash,
  name,
})

type Sign = Pick<Mark, 'symbol' | 'dash'> & { isHollow?: boolean }

const SIGNS: Partial<Record<TransportName, Sign>> = {
  'short-poll': { symbol: 'circle', dash: [7, 4], isHollow: true },
  'long-poll': { symbol: 'rect', dash: [12, 3] },
  websocket: { symbol: 'circle', dash: 'solid' },
  sse: { symbol: 'diamond', dash: [3, 3] },
  'http-stream': { symbol: 'triangle', dash: [10, 3, 2, 3] },
  'snapshot-poll': { symbol: 'roundRect', dash: [7, 4], isHollow: true },
  'jsonp-poll': { symbol: 'triangle', dash: [2, 4], isHollow: true },
  'socket-io': { symbol: 'arrow', dash: 'solid' },
}

/** For transports that have no sign of their own. */
const SPARE_SIGNS = [
  { symbol: 'diamond', dash: [5, 2, 2, 2], isHollow: true },
  { symbol: 'pin', dash: [14, 4] },
  { symbol: 'rect', dash: [2, 2], isHollow: true },
  { symbol: 'arrow', dash: [8, 2, 2, 2], isHollow: true },
] as const satisfies Sign[]

const signs = withSpares<Sign>(SIGNS, SPARE_SIGNS)

const MARKS = perTransport((name) => {
  const { symbol, dash, isHollow } = signs[name]
  return mark(HUES[name], symbol, dash, isHollow)
})

/** Controls, and what no transport carries. */
const CONTROL = mark('control', 'path://M0 4h4V0h2v4h4v2H6v4H4V6H0z', [1, 4])

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
