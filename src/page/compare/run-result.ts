import type { Counts } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import type { TransportTuning } from '../../client/transports/transport.ts'
import { DIRECT } from '../network/links.ts'
import { bytesPerMessage, openingBytes } from '../measure/count-math.ts'
import { modelP50Ms } from '../measure/latency-model.ts'
import type { ComparisonColumn } from './column.ts'

/** The figures of one transport in a run. */
export interface RunRow {
  transport: TransportName
  /** The profile of its link, and the round trip that the link adds. */
  profile: string
  rttMs: number
  /** Messages of the run that arrived. */
  received: number
  /** Both directions, without what opens a long connection; null without a message. */
  bytesPerMessage: number | null
  openingBytes: number
  p50Ms: number | null
  p95Ms: number | null
  late: number
  /** How often the connection was lost, and for how long in all. */
  lost: number
  lostMs: number
  /** The median in theory; null where no model covers the link. */
  modelP50Ms: number | null
  counts: Counts
}

/** What is chosen before a run. */
export interface RunSettings {
  ratePerS: number
  seed: number
  /** Bytes of the texts; null for phrases. */
  textBytes: number | null
  /** Bytes of a header that each request had in addition. */
  paddingBytes: number
  tuning: TransportTuning
}

/** A run: from its first message to the arrival of its last message in each column. */
export interface RunResult extends RunSettings {
  id: string
  /** Given by the user; empty by default. */
  name: string
  /** ms since the epoch. */
  at: number
  durationMs: number
  sent: number
  /** The tab was in the background for a part of the run. */
  wasHidden: boolean
  rows: readonly RunRow[]
}

/** The figures of a column now; null before the server's first report. */
export function rowOf(column: ComparisonColumn, tuning: TransportTuning, received: number): RunRow | null {
  const reading = column.meter.reading.peek()
  const link = column.link.peek()
  if (!reading) return null
  const { transport, counts, latency, outages } = reading
  return {
    transport,
    profile: link?.profile ?? DIRECT,
    rttMs: link?.rttMs ?? 0,
    received,
    bytesPerMessage: bytesPerMessage(transport, counts),
    openingBytes: openingBytes(transport, counts),
    p50Ms: latency?.p50 ?? null,
    p95Ms: latency?.p95 ?? null,
    late: latency?.late ?? 0,
    lost: outages.count,
    lostMs: outages.ms,
    modelP50Ms: modelP50Ms(transport, link, tuning, counts, latency?.ratePerS ?? 0),
    counts,
  }
}
