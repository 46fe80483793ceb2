import type { FormulaId } from '../../models/choice-findings.ts'

/** A formula as it is written on paper, and the file of this project that computes it; no file for a fact. */
export interface Formula {
  text: string
  file?: string
}

export const FORMULA_TEXTS: Record<FormulaId, Formula> = {
  'poll-latency': { text: 'mean = T/2 + d    95 % ≤ 0.95 T + d    max = T + d', file: 'src/models/short-poll.ts' },
  'long-poll-latency': {
    text: 'G = RTT    P(gap) = G / cycle    95 % ≤ d + G (P(gap) − 0.05) / P(gap)    max = d + G',
    file: 'src/models/long-poll.ts',
  },
  'push-latency': { text: 'latency = d', file: 'src/models/push.ts' },
  'empty-polls': { text: 'empty = e^(−λT)', file: 'src/models/short-poll.ts' },
  'long-poll-requests': {
    text: 'requests/s = 1 / (G + e^(−λG) (1 − e^(−λH)) / λ)',
    file: 'src/models/long-poll.ts',
  },
  'frames-per-message': { text: 'x = λ N c    frames = N λ / (x + e^(−x))', file: 'src/models/capacity.ts' },
  'six-connections': { text: 'tabs + 1 ≤ 6', file: 'src/models/choice.ts' },
  upgrade: { text: 'GET … Upgrade: websocket  →  101 Switching Protocols' },
  buffering: { text: 'delay = time until the answer ends' },
  'header-compression': { text: '563 B → 68 B', file: 'src/models/choice.ts' },
  upstream: { text: 'bytes/s = N s (headers + text)', file: 'src/models/choice.ts' },
  radio: {
    text: 'poll: 1/T    long-poll: requests/s    push: λ + e^(−20 s · λ) / 20 s',
    file: 'src/models/choice.ts',
  },
  cpu: {
    text: 'λ (p + m) + r q + a n + f c + cold    short polls: cold = w r / (1 + rτ)    held polls and frames: cold = w (r + f) / (1 + λτ)',
    file: 'src/models/capacity.ts',
  },
  bytes: {
    text: 'r (request + answer) + a (envelope) + N λ (message) + 52 B · segments',
    file: 'src/models/capacity.ts',
  },
  memory: { text: 'M = M₀ · processes + N m', file: 'src/models/capacity.ts' },
  bill: { text: 'machines · price + GB · price', file: 'src/models/capacity.ts' },
  simpler: { text: 'price ≤ 1.2 · lowest price', file: 'src/models/choice.ts' },
}
