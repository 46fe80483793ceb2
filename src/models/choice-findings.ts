/** What `choice.ts` finds about a transport: codes with numbers, and the formulas and experiments behind them. */

/** Formulas and facts, explained in docs/capacity.md and in the page. */
export const FORMULAS = [
  'poll-latency',
  'long-poll-latency',
  'push-latency',
  'empty-polls',
  'long-poll-requests',
  'frames-per-message',
  'six-connections',
  'upgrade',
  'buffering',
  'header-compression',
  'upstream',
  'radio',
  'cpu',
  'bytes',
  'memory',
  'bill',
  'simpler',
] as const
export type FormulaId = (typeof FORMULAS)[number]

/** Experiments of the page that show what a finding says, by their ids in `src/page/lessons`. */
export const EXPERIMENTS = [
  'poll-latency',
  'wasted-polls',
  'push-latency',
  'message-bytes',
  'seventh-request',
  'buffering',
] as const
export type ExperimentId = (typeof EXPERIMENTS)[number]

export type FindingCode =
  | 'interval'
  | 'interval-too-short'
  | 'latency-held'
  | 'latency-push'
  | 'too-late'
  | 'tabs-blocked'
  | 'tabs-free'
  | 'upgrade-blocked'
  | 'buffered'
  | 'empty-polls'
  | 'batches'
  | 'radio'
  | 'radio-more'
  | 'compressed-headers'
  | 'post-headers'

export interface Finding {
  code: FindingCode
  /** against: the transport does not fit; care: it fits worse; note: neither. */
  weight: 'against' | 'care' | 'note'
  values: Readonly<Record<string, number>>
  formula: FormulaId
  experiment?: ExperimentId
}
