/** How a reader reads, whoever serves it. */
export const KINDS = ['websocket', 'sse', 'http-stream', 'long-poll', 'short-poll'] as const
export type Kind = (typeof KINDS)[number]

/** As long as it takes: the fifth differs from `sse` in a few bytes of framing. */
export const DEFAULT_KINDS: readonly Kind[] = ['websocket', 'sse', 'long-poll', 'short-poll']

/** Of each kind, the peer that does nothing but deliver: ratios are to its cost. */
export const CONTROLS: Record<Kind, string> = {
  websocket: 'ws',
  sse: 'http',
  'http-stream': 'http',
  'long-poll': 'http',
  'short-poll': 'http',
}

/** Messages under way at once in the closed loop. With one, each message is a write of its own to each reader. */
export const IN_FLIGHT = [1, 8] as const
