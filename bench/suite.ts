import { TRANSPORTS } from '../src/protocol.ts'
import { commit } from './rig/commit.ts'
import { conclusionsOf } from './analysis/conclusions.ts'
import { DURATIONS } from './rig/durations.ts'
import { describeMachine } from './rig/machine.ts'
import { capacity } from './scenarios/capacity.ts'
import { deflate } from './scenarios/deflate.ts'
import { http } from './scenarios/http.ts'
import { http2 } from './scenarios/http2.ts'
import { latency } from './scenarios/latency.ts'
import { memory } from './scenarios/memory.ts'
import { overhead } from './scenarios/overhead.ts'
import { rates } from './scenarios/rates.ts'
import { rtt } from './scenarios/rtt.ts'
import { sweep } from './scenarios/sweep.ts'
import { publishedOf } from './analysis/published.ts'
import type { Parameters, Report, Scenario, SelfCheck } from './report/schema.ts'
import { Rig } from './rig/rig.ts'
import { defaultWindow, notMeasured, transportsOf, type Run, type RunScenario } from './rig/run.ts'
import {
  checkAgainstItself,
  checkByteIdentity,
  checkClientsAgree,
  checkDelivered,
  checkKnownDelay,
  checkKnownStall,
  checkLongPollRequests,
  type SelfCheckResult,
} from './self-checks.ts'

const scenarios: Record<Scenario, RunScenario> = {
  latency,
  overhead,
  rates,
  rtt,
  http,
  sweep,
  memory,
  http2,
  deflate,
  capacity,
}

/** Deliveries. */
const MIN_FOR_MEDIAN = 60

/** G without a link, until the latency scenario measures G. */
const LOOPBACK_GAP_MS = 1

export interface SuiteOptions {
  parameters: Parameters
  scenarios: readonly Scenario[]
  progress: (text: string) => void
  /** Ends the suite before the next cell; the report contains the finished cells. */
  signal: AbortSignal
}

/** Runs the scenarios. `missing` in the report names those that were not finished. */
export async function runSuite({ parameters, scenarios: wanted, progress, signal }: SuiteOptions): Promise<Report> {
  const startedAt = new Date()
  const machine = describeMachine()
  const isQuick = parameters.profile === 'quick'
  const rig = new Rig({ keepsServer: isQuick })
  const isInterrupted = () => signal.aborted
  const run: Run = {
    rig,
    parameters,
    durations: DURATIONS[parameters.profile],
    cells: [],
    comparisons: [],
    crossovers: [],
    publisherWireBytes: null,
    gapMs: LOOPBACK_GAP_MS,
    repeatBudgetMs: DURATIONS[parameters.profile].repeatMs,
    progress: (text) => {
      signal.throwIfAborted()
      progress(text)
    },
  }
  const checks: SelfCheckResult[] = []
  const missing: string[] = notMeasured(run)
  const phases: [string, () => Promise<void>][] = [
    [
      'self-checks',
      async () => {
        run.progress('self-checks: a known delay, a known stall, bytes')
        // The self-checks test the rig, for which one server is enough.
        rig.keepsServer = true
        checks.push(
          await checkKnownDelay(rig, isQuick ? 500 : 1500),
          await checkByteIdentity(rig, isQuick ? 400 : 1000, transportsOf(run, 'together')),
        )
        if (!isQuick) checks.push(await checkKnownStall(rig), await checkLongPollRequests(rig))
        run.publisherWireBytes = await measurePublisherAlone(run)
        rig.keepsServer = isQuick
      },
    ],
    ...wanted.map((name): [string, () => Promise<void>] => [name, () => scenarios[name](run)]),
  ]
  try {
    for (const [name, runPhase] of phases) {
      try {
        await runPhase()
      } catch (error) {
        missing.push(
          isInterrupted()
            ? `${name}: interrupted`
            : `${name}: ${error instanceof Error ? error.message : String(error)}`,
        )
      }
    }
  } finally {
    await rig.end()
  }
  checks.push(...checksOf(run))
  const report = { cells: run.cells, comparisons: run.comparisons, crossovers: run.crossovers, parameters }
  return {
    schemaVersion: 1,
    startedAt: startedAt.toISOString(),
    durationS: (Date.now() - startedAt.getTime()) / 1000,
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
    environment: { ...machine, commit: commit() },
    selfChecks: checks.map(({ name, expected, measured, ok }): SelfCheck => ({ name, expected, measured, ok })),
    ...report,
    published: publishedOf(run.cells),
    conclusions: conclusionsOf(report),
    missing,
  }
}

/** Wire bytes of one message without subscribers: the publisher's part in every cell. */
async function measurePublisherAlone({ rig, parameters: { payload, seed, ...rest } }: Run): Promise<number | null> {
  await rig.start()
  const schedule = { ratePerS: 50, durationMs: 600, arrivals: 'periodic', seed, payloadBytes: payload } as const
  const { wire, published } = await rig.run(schedule, defaultWindow({ payload, seed, ...rest }))
  return wire && wire.bytes / published.count
}

function checksOf({ cells, comparisons, parameters: { rtt } }: Run): SelfCheckResult[] {
  const control = comparisons.find(({ a, b }) => a === 'websocket' && b === 'websocket-again')
  const at = (id: string) => cells.find((cell) => cell.id === id)
  const agreements = TRANSPORTS.flatMap((transport) => {
    const [raw, project] = [at(`rtt/${transport}/${rtt}`), at(`rtt/${transport}/${rtt}/project`)]
    // The median of a few messages varies by more than the allowed difference; a quick run has too few.
    return raw && project && (project.latencyMs?.n ?? 0) >= MIN_FOR_MEDIAN ? [checkClientsAgree(raw, project)] : []
  })
  return [
    ...(cells.some(({ counts }) => counts.expected > 0) ? [checkDelivered(cells)] : []),
    ...(control ? [checkAgainstItself(control)] : []),
    ...agreements,
  ]
}
