import { TRANSPORT_TRAITS, type TransportName } from '../../src/transports.ts'
import { kindOf } from '../analysis/kind.ts'
import { hasRawClient } from '../load/index.ts'
import type { TransportSets, Durations } from './durations.ts'
import { SETTINGS } from '../../src/server/config/settings.ts'
import type { Cell, Comparison, Crossover, Parameters } from '../report/schema.ts'
import type { Rig, WindowOptions, MeasuredWindow } from './rig.ts'
import type { Group } from '../workers/subscribers.ts'

/** The input of a scenario, and the lists to which the scenario adds its results. */
export interface Run {
  rig: Rig
  parameters: Parameters
  durations: Durations
  cells: Cell[]
  comparisons: Comparison[]
  crossovers: Crossover[]
  /** Wire bytes of one message without subscribers; null outside a namespace. Measured once, at the start. */
  publisherWireBytes: number | null
  /** ms from the end of a long poll's answer to the next poll, on loopback: G without a link. */
  gapMs: number
  progress: (text: string) => void
  /** ms left for repeating windows that are not valid. */
  repeatBudgetMs: number
}

export type RunScenario = (run: Run) => Promise<void>

/** A group of raw clients of one transport, with the parameters of the run. */
export function rawGroup(
  transport: TransportName,
  count: number,
  { interval, hold, headers }: Parameters,
  name: string = transport,
): Omit<Group, 'port'> {
  return { name, transport, client: 'raw', count, intervalMs: interval, holdMs: hold, headers }
}

/** The transports of `--transports`, by default those of the profile. */
const requestedTransports = ({ parameters, durations }: Run, kind: keyof TransportSets): readonly TransportName[] =>
  parameters.transports ?? durations.transports[kind]

/** The transports that a scenario measures. Those without a raw client are left out, and `notMeasured` names them. */
export const transportsOf = (run: Run, kind: keyof TransportSets): readonly TransportName[] =>
  requestedTransports(run, kind).filter(hasRawClient)

/** A sentence for the report about each requested transport that has no raw client. */
export const notMeasured = (run: Run): string[] =>
  requestedTransports(run, 'together')
    .filter((name) => !hasRawClient(name))
    .map((name) => `${name}: not measured, because bench/load/index.ts has no raw client of it`)

/** A snapshot contains the room's history, which must be full: the messages of a cell alone would let it grow during the cell. */
export async function fillWindow({ rig, parameters }: Run, transports: readonly TransportName[]): Promise<void> {
  if (transports.some((name) => TRANSPORT_TRAITS[name].isSnapshot))
    await rig.fill(SETTINGS.history.default, parameters.payload)
}

/** Every transport gets the time of a poll's interval; deliveries that are missing one second later are lost. */
export const defaultWindow = ({ interval }: Parameters): WindowOptions => ({ settleMs: interval, graceMs: 1000 })

export interface BlockWindowOptions {
  transports: readonly TransportName[]
  blocks: number
  /** Round trip of the longest link. */
  rttMs?: number
}

/**
 * Options of a window whose costs are counted in blocks. The first block starts when polls bring the messages of a whole
 * interval. Deliveries after the last block are awaited but not counted.
 */
export function blockWindow(
  { interval }: Parameters,
  { transports, blocks, rttMs = 0 }: BlockWindowOptions,
): WindowOptions {
  const polls = transports.some((transport) => kindOf(transport) === 'interval')
  const leadMs = Math.max(polls ? interval : 0, 2 * rttMs, SHORT_MS)
  // Three transits: a long poll's answer that has just left, the next request, and its answer.
  return { settleMs: SHORT_MS, graceMs: 1000 + interval + 2 * rttMs, marks: { leadMs, blocks } }
}

/** ms after which messages in flight on loopback have arrived. */
const SHORT_MS = 50

/** G as measured in these windows; `known` if no long poll was repeated in them. */
export function gapOf(windows: readonly MeasuredWindow[], known: number): number {
  const gaps = windows.map(({ gap }) => gap).filter(({ n }) => n > 0)
  const n = gaps.reduce((sum, gap) => sum + gap.n, 0)
  return n > 0 ? gaps.reduce((sum, gap) => sum + gap.meanMs * gap.n, 0) / n : known
}

const MAX_ATTEMPTS = 3

/**
 * Repeats a measurement while a cell is not valid, at most twice and within the repeat budget. The last result is kept, with
 * its reasons.
 */
export async function repeatUntilValid<C extends { cells: Cell[] }>(
  run: Run,
  measure: (attempt: number) => Promise<C>,
): Promise<C> {
  for (let attempt = 1; ; attempt++) {
    const startedAt = performance.now()
    const result = await measure(attempt)
    const tookMs = performance.now() - startedAt
    if (
      attempt === MAX_ATTEMPTS ||
      tookMs > run.repeatBudgetMs ||
      result.cells.every(({ validity }) => validity.valid)
    ) {
      return result
    }
    run.repeatBudgetMs -= tookMs
  }
}
