/**
 * How a transport looks: its hue, and a second sign for who does not see hues. The hues are public/tokens.css's: five for
 * five transports, and a sixth that the others share, each with a sign and a dash of its own.
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

/** Yellow. */
const SIXTH = 'sixth'

const mark = (name: string, symbol: string, dash: Mark['dash'], isHollow = false): Mark => ({
  hue: `var(--${name})`,
  ink: `var(--${name}-ink)`,
  line: name === SIXTH ? `var(--${name}-ink)` : `var(--${name})`,
  tint: `var(--${name}-tint)`,
  symbol,
  isHollow,
  dash,
  name,
})

const MARKS = {
  'short-poll': mark('short-poll', 'circle', [7, 4], true),
  'long-poll': mark('long-poll', 'rect', [12, 3]),
  websocket: mark('websocket', 'circle', 'solid'),
  sse: mark('sse', 'diamond', [3, 3]),
  'http-stream': mark('http-stream', 'triangle', [10, 3, 2, 3]),
  'snapshot-poll': mark(SIXTH, 'roundRect', [7, 4], true),
  'jsonp-poll': mark(SIXTH, 'triangle', [2, 4], true),
  'socket-io': mark(SIXTH, 'arrow', 'solid'),
} as const satisfies Record<string, Mark>

/** Controls, and what no transport carries. */
const CONTROL = mark('control', 'path://M0 4h4V0h2v4h4v2H6v4H4V6H0z', [1, 4])

/** What an HTTP cell asks for belongs to the transport that asks so. */
const ASKED_BY: Record<string, keyof typeof MARKS> = {
  'empty-poll': 'short-poll',
  'poll-10': 'short-poll',
  'ready-long-poll': 'long-poll',
}

export const MARK_NAMES = [...new Set([...Object.values(MARKS), CONTROL].map(({ name }) => name))]

/** A subject is a transport, or what an HTTP cell asks for; anything else is a control and has no hue. */
export const markOf = (subject: string): Mark => {
  const transport = ASKED_BY[subject] ?? subject
  return Object.hasOwn(MARKS, transport) ? MARKS[transport as keyof typeof MARKS] : CONTROL
}
