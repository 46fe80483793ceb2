/** Ways of reading that several peers have in common. */
export const KINDS = ['websocket', 'sse', 'http-stream', 'long-poll', 'short-poll'] as const
export type Kind = (typeof KINDS)[number]

/** The bare server of each kind. Ratios are relative to its cost. */
export const CONTROLS: Record<Kind, string> = {
  websocket: 'ws',
  sse: 'http',
  'http-stream': 'http',
  'long-poll': 'http',
  'short-poll': 'http',
}

/** Messages in flight in the closed loop. With one, each message is a separate write to each reader. */
export const IN_FLIGHT = [1, 8] as const
