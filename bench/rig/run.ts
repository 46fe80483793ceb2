import { TRANSPORT_TRAITS, type TransportName } from '../../src/transports.ts'
import { kindOf } from '../analysis/kind.ts'
import { hasRawClient } from '../load/index.ts'
import type { Covered, Durations } from './durations.ts'
import { SETTINGS } from '../../src/server/config/settings.ts'
import type { Cell, Comparison, Crossover, Parameters } from '../report/schema.ts'
import type { Rig, Waiting, MeasuredWindow } from './rig.ts'
import type { Group } from '../workers/subscribers.ts'

/** What a scenario has to work with, and where it puts what it found. */
export interface Run {
  rig: Rig
  parameters: Parameters
  durations: Durations
  cells: Cell[]
  comparisons: Comparison[]
  crossovers: Crossover[]
  /** Wire bytes of one message with nobody listening; null outside a namespace. Measured once, first. */
  publisherWireBytes: number | null
  /** ms from the end of a long poll's answer to its next question on loopback: G without a link. */
  gapMs: number
  progress: (text: string) => void
  /** ms that may still be spent on measuring again what was not valid. */
  repeatBudgetMs: number
}

export type RunScenario = (run: Run) => Promise<void>

/** A group of lean subscribers of one transport, as the parameters have it. */
export function rawGroup(
  transport: TransportName,
  count: number,
  { interval, hold, headers }: Parameters,
  name: string = transport,
): Omit<Group, 'port'> {
  return { name, transport, client: 'lean', count, intervalMs: interval, holdMs: hold, headers }
}

/** The transports of a scenario that were asked for, or by default those that it covers. */
const wantedBy = ({ parameters, durations }: Run, kind: keyof Covered): readonly TransportName[] =>
  parameters.transports ?? durations.transports[kind]

/** The transports that a scenario measures. Those without a raw client are left out, and `notMeasured` names them. */
export const transportsOf = (run: Run, kind: keyof Covered): readonly TransportName[] =>
  wantedBy(run, kind).filter(hasRawClient)

/** A sentence for the report about each transport that was asked for and has no raw client. */
export const notMeasured = (run: Run): string[] =>
  wantedBy(run, 'together')
    .filter((name) => !hasRawClient(name))
    .map((name) => `${name}: not measured, because bench/load/index.ts has no raw client of it`)

/** A snapshot shows the room's window, so it has to be full: what is published in a cell alone would fill it by and by. */
export async function fillWindow({ rig, parameters }: Run, transports: readonly TransportName[]): Promise<void> {
  if (transports.some((name) => TRANSPORT_TRAITS[name].isSnapshot))
    await rig.fill(SETTINGS.history.default, parameters.payload)
}

/** A poll's interval is given to every transport; beyond it and a second, what has not come is lost. */
export const patience = ({ interval }: Parameters): Waiting => ({ settleMs: interval, graceMs: 1000 })

export interface CountedWindow {
  /** Which are in the window. */
  transports: readonly TransportName[]
  blocks: number
  /** Of the longest link. */
  rttMs?: number
}

/**
 * For a window whose costs are counted in blocks: the first begins once polls bring what an interval of publishing has left,
 * and what comes behind the last one is only waited for.
 */
export function counted({ interval }: Parameters, { transports, blocks, rttMs = 0 }: CountedWindow): Waiting {
  const polls = transports.some((transport) => kindOf(transport) === 'interval')
  const leadMs = Math.max(polls ? interval : 0, 2 * rttMs, SHORT_MS)
  // Three transits: a long poll's answer that has just left, its next request, and the answer to that.
  return { settleMs: SHORT_MS, graceMs: 1000 + interval + 2 * rttMs, marks: { leadMs, blocks } }
}

/** ms in which what is under way on loopback has come. */
const SHORT_MS = 50

/** G as it was measured while these windows ran; as it was known before where no long poll asked twice in them. */
export function gapOf(windows: readonly MeasuredWindow[], known: number): number {
  const gaps = windows.map(({ gap }) => gap).filter(({ n }) => n > 0)
  const n = gaps.reduce((sum, gap) => sum + gap.n, 0)
  return n > 0 ? gaps.reduce((sum, gap) => sum + gap.meanMs * gap.n, 0) / n : known
}

const MOST_ATTEMPTS = 3

/**
 * Measures again, twice at most and as long as there is time for it, while a cell is not valid; then it stands as it is, with
 * its reasons.
 */
export async function untilValid<C extends { cells: Cell[] }>(
  run: Run,
  measure: (attempt: number) => Promise<C>,
): Promise<C> {
  for (let attempt = 1; ; attempt++) {
    const startedAt = performance.now()
    const result = await measure(attempt)
    const tookMs = performance.now() - startedAt
    if (
      attempt === MOST_ATTEMPTS ||
      tookMs > run.repeatBudgetMs ||
      result.cells.every(({ validity }) => validity.valid)
    ) {
      return result
    }
    run.repeatBudgetMs -= tookMs
  }
}
