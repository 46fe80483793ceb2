import { memoryGrowth, type MemoryPoint } from '../analysis/memory-growth.ts'
import type { MemorySteps } from '../rig/durations.ts'
import { rawGroup, transportsOf, untilValid, type Run, type RunScenario } from '../rig/run.ts'
import type { TransportName } from '../../src/protocol.ts'
import type { Cell } from '../report/schema.ts'

const SETTLE_MS = 50
const WARM_UP = 50
/** Descriptors that a process needs beside its clients' sockets. */
const OTHER_FILES = 200
/** Within which polls ask for the first time; the server closes a connection that asks for nothing. */
const FIRST_POLL_MS = 50
/** Polls far apart: the waiting client is measured, not the request that it makes. */
const POLL_INTERVAL_MS = 60_000
const noCounts = { published: 0, expected: 0, delivered: 0, twice: 0, outOfOrder: 0, requests: 0, empty: 0, frames: 0 }

/**
 * What a client costs that sends nothing and receives nothing. The first clients fit into memory that a fresh server has
 * claimed already and has not returned: so memory is read only from `first` clients on.
 */
export const memory: RunScenario = async (run) => {
  const steps = fitting(run.durations.memory, openFiles() - OTHER_FILES)
  for (const transport of transportsOf(run, 'apart')) {
    const { cells } = await untilValid(run, async (attempts) => ({
      cells: [await memoryOf(run, transport, steps, attempts)],
    }))
    run.cells.push(...cells)
  }
}

async function memoryOf(run: Run, transport: TransportName, steps: MemorySteps, attempts: number): Promise<Cell> {
  const { rig, parameters, progress } = run
  const most = steps.first + steps.steps * steps.step
  progress(`memory: up to ${most} × ${transport}`)
  await rig.startFresh({ hold: parameters.hold })
  const open = (count: number) => {
    const group = rawGroup(transport, count, parameters)
    return rig.open([{ ...group, intervalMs: POLL_INTERVAL_MS, firstWithinMs: FIRST_POLL_MS }], parameters.seed)
  }
  // What a first client makes the process load and compile is not what the next one costs.
  await open(WARM_UP)
  await rig.subscribers.ask('close')
  const startedAt = performance.now()
  const idleBytes = await settled()
  const points: MemoryPoint[] = []
  for (let clients = steps.first; clients <= most; clients += steps.step) {
    await open(points.length === 0 ? steps.first : steps.step)
    points.push([clients, await settled()])
  }
  const growth = memoryGrowth(idleBytes, points)
  return {
    id: `memory/${transport}`,
    scenario: 'memory',
    subject: transport,
    client: 'lean',
    loop: 'open',
    durationS: (performance.now() - startedAt) / 1000,
    clients: most,
    ratePerS: 0,
    payloadBytes: 0,
    counts: { ...noCounts, connections: most },
    memory: growth.memory,
    generator: { utilisation: 0, publisherLagP99Ms: null, scheduledShare: null },
    validity: { valid: growth.reasons.length === 0, attempts, reasons: growth.reasons },
  }

  /** Resident bytes without garbage. */
  async function settled(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    return (await rig.server.ask('sample', { collectGarbage: true })).residentBytes
  }
}

/** The same number of steps, but smaller ones if the limit of open files is low. */
export function fitting({ first, step, steps }: MemorySteps, most: number): MemorySteps {
  const total = first + step * steps
  if (total <= most) return { first, step, steps }
  return { first: Math.floor((first * most) / total), step: Math.floor((step * most) / total), steps }
}

/** How many files this process may open, as may its children: Node raises its limit as far as it can. */
function openFiles(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | 'unlimited' } } }
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY
}
