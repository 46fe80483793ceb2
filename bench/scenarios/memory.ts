import { memoryGrowth, type MemoryPoint } from '../analysis/memory-growth.ts'
import type { MemorySteps } from '../rig/durations.ts'
import { openFiles } from '../rig/open-files.ts'
import { rawGroup, transportsOf, repeatUntilValid, type Run, type RunScenario } from '../rig/run.ts'
import type { TransportName } from '../../src/protocol.ts'
import type { Cell } from '../report/schema.ts'

const SETTLE_MS = 50
const WARM_UP = 50
/** Descriptors that a process needs beside its clients' sockets. */
const OTHER_FILES = 200
/** All first polls are sent within this time: the server closes connections without a request. */
const FIRST_POLL_MS = 50
/** Long enough that only waiting clients are measured, and no requests. */
const POLL_INTERVAL_MS = 60_000
const NO_COUNTS = { published: 0, expected: 0, delivered: 0, twice: 0, outOfOrder: 0, requests: 0, empty: 0, frames: 0 }

/**
 * The memory of a client that sends and receives nothing. The first clients fit into memory that a new server has already
 * claimed, so memory is read from `first` clients on.
 */
export const memory: RunScenario = async (run) => {
  const steps = fitSteps(run.durations.memory, openFiles() - OTHER_FILES)
  for (const transport of transportsOf(run, 'apart')) {
    const { cells } = await repeatUntilValid(run, async (attempts) => ({
      cells: [await memoryOf(run, transport, steps, attempts)],
    }))
    run.cells.push(...cells)
  }
}

async function memoryOf(run: Run, transport: TransportName, steps: MemorySteps, attempts: number): Promise<Cell> {
  const { rig, parameters, progress } = run
  const maxClients = steps.first + steps.steps * steps.step
  progress(`memory: up to ${maxClients} × ${transport}`)
  await rig.startFresh({ hold: parameters.hold })
  const open = (count: number) => {
    const group = rawGroup(transport, count, parameters)
    return rig.open([{ ...group, intervalMs: POLL_INTERVAL_MS, firstWithinMs: FIRST_POLL_MS }], parameters.seed)
  }
  // The first clients make the process load and compile code; later clients do not.
  await open(WARM_UP)
  await rig.subscribers.call('close')
  const startedAt = performance.now()
  const idleBytes = await settledBytes()
  const points: MemoryPoint[] = []
  for (let clients = steps.first; clients <= maxClients; clients += steps.step) {
    await open(points.length === 0 ? steps.first : steps.step)
    points.push([clients, await settledBytes()])
  }
  const growth = memoryGrowth(idleBytes, points)
  return {
    id: `memory/${transport}`,
    scenario: 'memory',
    subject: transport,
    client: 'raw',
    loop: 'open',
    durationS: (performance.now() - startedAt) / 1000,
    clients: maxClients,
    ratePerS: 0,
    payloadBytes: 0,
    counts: { ...NO_COUNTS, connections: maxClients },
    memory: growth.memory,
    generator: { utilisation: 0, publisherLagP99Ms: null, scheduledShare: null },
    validity: { valid: growth.reasons.length === 0, attempts, reasons: growth.reasons },
  }

  /** Resident bytes without garbage. */
  async function settledBytes(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    return (await rig.server.call('sample', { collectGarbage: true })).residentBytes
  }
}

/** The same number of steps, but smaller ones if the limit of open files is low. */
export function fitSteps({ first, step, steps }: MemorySteps, maxClients: number): MemorySteps {
  const total = first + step * steps
  if (total <= maxClients) return { first, step, steps }
  return { first: Math.floor((first * maxClients) / total), step: Math.floor((step * maxClients) / total), steps }
}
