/**
 * The transports: one row each, read by server, client, page, benchmark and models. Only the two implementations are elsewhere.
 * A row is added as docs/adding-a-transport.md says. Imports nothing of ours.
 */

/** How a transport carries batches to a reader, in the two words that the page shows. */
export interface TransportMode {
  carrier: 'HTTP' | 'WebSocket'
  /** Polls at an interval, polls that the server holds, or an answer or a socket that stays open. */
  mode: 'interval' | 'held' | 'streaming'
}

interface CommonTraits extends TransportMode {
  /** How the transport works until its socket is open, and for good where no socket gets through. */
  before?: TransportMode
  /** The transport cannot carry a token: private messages do not come by it. */
  isSpectator?: true
  /** An answer contains the whole retained window, not only the events after the cursor. */
  isSnapshot?: true
  /** The benchmark measures the transport by default. The others are variations of these. */
  isBasic?: true
  /** The page shows the transport in the first row of its switch, and compares it by default. */
  isCommon?: true
  /** The name of the hue in public/tokens.css; by default the next spare one. */
  hue?: string
}

interface PollTraits extends CommonTraits {
  mode: 'interval' | 'held'
}

/** The format around each batch that is pushed. src/models/framing.ts has the bytes of each. */
export type Framing = 'websocket' | 'sse' | 'http-stream' | 'socket-io'

interface StreamingTraits extends CommonTraits {
  mode: 'streaming'
  /** null: another format. No model then predicts its bytes, and the benchmark needs a raw client for it. */
  framing: Framing | null
}

export type TransportTraits = PollTraits | StreamingTraits

/** The place in the table is the place in the page's switch, and the key that selects the transport. */
const ROWS = {
  'short-poll': { carrier: 'HTTP', mode: 'interval', isBasic: true, isCommon: true, hue: 'short-poll' },
  'long-poll': { carrier: 'HTTP', mode: 'held', isBasic: true, isCommon: true, hue: 'long-poll' },
  websocket: {
    carrier: 'WebSocket',
    mode: 'streaming',
    framing: 'websocket',
    isBasic: true,
    isCommon: true,
    hue: 'websocket',
  },
  sse: { carrier: 'HTTP', mode: 'streaming', framing: 'sse', isCommon: true, hue: 'sse' },
  'http-stream': { carrier: 'HTTP', mode: 'streaming', framing: 'http-stream', isCommon: true, hue: 'http-stream' },
  'snapshot-poll': { carrier: 'HTTP', mode: 'interval', isSnapshot: true, hue: 'snapshot-poll' },
  'jsonp-poll': { carrier: 'HTTP', mode: 'interval', isSpectator: true, hue: 'jsonp-poll' },
  'socket-io': {
    carrier: 'WebSocket',
    mode: 'streaming',
    before: { carrier: 'HTTP', mode: 'held' },
    framing: 'socket-io',
    hue: 'socket-io',
  },
} as const satisfies Record<string, TransportTraits>

export type TransportName = keyof typeof ROWS

export const TRANSPORT_TRAITS: Readonly<Record<TransportName, TransportTraits>> = ROWS

/** All names, in the order of the table. */
export const TRANSPORTS = Object.keys(ROWS) as readonly string[] as readonly [TransportName, ...TransportName[]]

/** Whether a name is that of a transport. */
export const isTransport = (name: string): name is TransportName => Object.hasOwn(ROWS, name)

/** The transports that a trait holds for, in the order of the table. */
export const transportsThat = (has: (traits: TransportTraits) => boolean): readonly TransportName[] =>
  TRANSPORTS.filter((name) => has(TRANSPORT_TRAITS[name]))

/** One entry for each transport, in the order of the table. */
export const perTransport = <T>(entryOf: (name: TransportName) => T): Record<TransportName, T> =>
  Object.fromEntries(TRANSPORTS.map((name) => [name, entryOf(name)])) as Record<TransportName, T>

/**
 * One entry for each transport: its own, or the next of `spare`, by the place in the table among those without. Where `spare`
 * has too few, they are used again, and test/transport-table.test.ts fails.
 */
export function withSpares<T>(
  own: Readonly<Partial<Record<TransportName, T>>>,
  spare: readonly [T, ...T[]],
): Record<TransportName, T> {
  const without = TRANSPORTS.filter((name) => own[name] === undefined)
  return perTransport((name) => own[name] ?? spare[without.indexOf(name) % spare.length] ?? spare[0])
}

/** Hues in public/tokens.css for transports that name none. */
const SPARE_HUES = ['spare-1', 'spare-2', 'spare-3', 'spare-4'] as const

const OWN_HUES = Object.fromEntries(
  TRANSPORTS.flatMap((name) => {
    const { hue } = TRANSPORT_TRAITS[name]
    return hue === undefined ? [] : [[name, hue]]
  }),
) as Partial<Record<TransportName, string>>

/**
 * The hue of each transport: `--<hue>` for shapes, `--<hue>-ink` for text, `--<hue>-on` for text on a shape, all of them in
 * public/tokens.css.
 */
export const HUES = withSpares<string>(OWN_HUES, SPARE_HUES)
