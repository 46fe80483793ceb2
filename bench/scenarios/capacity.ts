import { activityOf, applicationBytesPerS, type CapacityLoad } from '../../src/models/capacity.ts'
import { TRANSPORT_TRAITS, type TransportName } from '../../src/transports.ts'
import { CAPACITY_ARRIVALS as arrivals, capacityCoefficients } from '../analysis/coefficients.ts'
import { memoryGrowth, type MemoryPoint } from '../analysis/memory-growth.ts'
import { CHECK, isCheck } from '../report/capacity-checks.ts'
import type { Cell, Parameters } from '../report/schema.ts'
import { cellOf, type CellFrame } from '../rig/cell.ts'
import { openFiles } from '../rig/open-files.ts'
import type { MeasuredWindow } from '../rig/rig.ts'
import type { Group } from '../workers/subscribers.ts'
import { blockWindow, gapOf, rawGroup, transportsOf, type Run, type RunScenario } from '../rig/run.ts'
import { publisherPart } from './overhead.ts'

/** The interval of short polls of thousands of clients on one core: `--interval` counts where it is longer. */
const INTERVAL_MS = 1000
/**
 * A new process compiles its code while it serves the first 20,000 requests, which cost several times as much. Some of this code
 * assumes that the server is never idle between messages: it is discarded at the first pause, and compiled again.
 */
const WARM_UP = [
  { clients: 100, ratePerS: 100, durationMs: 4000, intervalMs: 20 },
  { clients: 500, ratePerS: 8, durationMs: 4000, intervalMs: 250 },
] as const
/** Clients that wait send no polls, except the first: the server closes connections without a request. */
const WAITING_INTERVAL_MS = 60_000
const FIRST_POLL_MS = 50
const PUBLISHER = { ratePerS: 50, durationMs: 2000 }
const SETTLE_MS = 50
/** Descriptors that a process needs beside its clients' sockets. */
const OTHER_FILES = 200

type Mode = (typeof TRANSPORT_TRAITS)[TransportName]['mode']

/**
 * Messages per second of the fit, and of the check. A poll costs the server and the load generator several times as much as a
 * frame, so at the same share of a core fewer messages reach 3,000 clients by polls.
 */
const RATES: Record<Mode, { fit: readonly number[]; check: number }> = {
  interval: { fit: [0.5, 2], check: 1 },
  held: { fit: [0.5, 1, 2], check: 1 },
  streaming: { fit: [1, 3, 8], check: 4 },
}

/**
 * The costs of up to 1,000 clients, and a prediction from them for 3,000 clients beside the measurement. Memory is measured in a
 * separate server: a garbage collection also discards compiled code, which the server would have to compile again under the next load.
 */
export const capacity: RunScenario = async (run) => {
  const { check } = run.durations.capacity
  if (openFiles() < check + OTHER_FILES) {
    throw new Error(`${check} clients need ${check + OTHER_FILES} open files, of which ${openFiles()} are allowed`)
  }
  run.cells.push(await publisherAlone(run))
  const loads = new Map<string, MeasuredLoad>()
  const transports = transportsOf(run, 'capacity')
  for (let round = 0; round < run.durations.capacity.rounds; round++) {
    for (const transport of transports) {
      for (const { windows, ...load } of await measureLoads(run, transport)) {
        const id = idOf(load)
        loads.set(id, { ...load, windows: [...(loads.get(id)?.windows ?? []), ...windows] })
      }
    }
  }
  for (const transport of transports) {
    const memory = await measureMemory(run, transport)
    const cells = [...loads.values()].filter((load) => load.transport === transport).map((load) => cellFrom(run, load))
    const checked = cells.find(isCheck)
    const fitted = cells.filter((cell) => cell !== checked)
    const last = fitted.pop()
    if (!checked || !last) continue
    run.cells.push(...fitted, { ...last, memory: memory.fitted })
    const cell = { ...checked, memory: memory.checked }
    run.cells.push({ ...cell, model: predictionOf(run.cells, cell, run.parameters) })
  }
}

/** The cost of publishing without clients. */
async function publisherAlone({ rig, parameters, progress }: Run): Promise<Cell> {
  progress('capacity: the publisher alone')
  await rig.startFresh({ hold: parameters.hold })
  const { payload: payloadBytes, seed } = parameters
  const schedule = { ...PUBLISHER, arrivals, seed, payloadBytes }
  await rig.run(schedule, { settleMs: 0, graceMs: 0 })
  const window = await rig.run(schedule, { settleMs: 0, graceMs: 0 })
  const { files } = await rig.server.call('sample', { collectGarbage: true })
  const frame = {
    id: 'capacity/publisher',
    scenario: 'capacity',
    subject: 'publisher',
    client: 'raw',
    clients: 0,
  } as const
  const cell = cellOf({ ...frame, payloadBytes }, 'publisher', [window], { isAlone: true })
  return files === null ? cell : { ...cell, files }
}

type Memory = NonNullable<Cell['memory']>

/** The memory of waiting clients: the slope up to the largest number of the fit, and the memory with `check` clients. */
async function measureMemory(run: Run, transport: TransportName): Promise<{ fitted: Memory; checked: Memory }> {
  const { rig, progress, durations, parameters } = run
  const { clients: numbers, memoryStep: step, check } = durations.capacity
  progress(`capacity: ${transport}, memory of ${check} clients`)
  await rig.startFresh({ hold: parameters.hold })
  const open = (count: number) =>
    openMore(run, transport, count, { intervalMs: WAITING_INTERVAL_MS, firstWithinMs: FIRST_POLL_MS })
  // The first clients make the process load and compile code; later clients do not.
  await open(WARM_UP[0].clients)
  await rig.subscribers.call('close')
  const idleBytes = await settledBytes(run)
  const points: MemoryPoint[] = []
  // The same steps all the way: what many clients leave behind when they connect at once is not memory of waiting clients.
  for (let clients = step; clients <= check; clients += step) {
    await open(step)
    points.push([clients, await settledBytes(run)])
  }
  const loadedBytes = points.at(-1)?.[1] ?? idleBytes
  const checked = { perClientBytes: (loadedBytes - idleBytes) / check, idleBytes, loadedBytes }
  const fitted = points.filter(([clients]) => clients <= Math.max(...numbers))
  return { fitted: memoryGrowth(idleBytes, fitted).memory, checked }
}

interface MeasuredLoad {
  transport: TransportName
  clients: number
  ratePerS: number
  /** Of short polls, where it is not that of the other loads. */
  intervalMs?: number
  /** One for each round. */
  windows: readonly MeasuredWindow[]
}

const idOf = ({ transport, clients, ratePerS, intervalMs }: Omit<MeasuredLoad, 'windows'>): string =>
  `capacity/${transport}/${clients}/${ratePerS}${intervalMs === undefined ? '' : `/${intervalMs}ms`}`

/** One server, whose clients become more. The last load is the check. */
async function measureLoads(run: Run, transport: TransportName): Promise<MeasuredLoad[]> {
  const { rig, progress, durations, parameters } = run
  const { clients: numbers, check, windowMs } = durations.capacity
  const { mode } = TRANSPORT_TRAITS[transport]
  const rates = RATES[mode]
  progress(`capacity: ${transport}, warm-up`)
  await rig.startFresh({ hold: parameters.hold })
  for (const { clients, ratePerS, durationMs, intervalMs } of WARM_UP) {
    await openMore(run, transport, clients, { intervalMs })
    await measure(run, transport, ratePerS, durationMs)
    await rig.subscribers.call('close')
  }
  const loads: MeasuredLoad[] = []
  let connected = 0
  for (const clients of [...numbers, check]) {
    progress(`capacity: ${transport}, ${clients} clients`)
    await openMore(run, transport, clients - connected)
    connected = clients
    const forCheck = clients === check
    for (const ratePerS of forCheck ? [rates.check] : rates.fit) {
      const window = await measure(run, transport, ratePerS, forCheck ? 2 * windowMs : windowMs)
      loads.push({ transport, clients, ratePerS, windows: [window] })
    }
    if (clients === Math.max(...numbers) && mode === 'interval') {
      // The polls of as many clients as the check has, by the clients of the fit.
      await rig.subscribers.call('close')
      const intervalMs = Math.round((ownParameters(run).interval * clients) / check)
      await openMore(run, transport, clients, { intervalMs })
      for (const ratePerS of [...rates.fit, rates.check]) {
        const window = await measure(run, transport, ratePerS, windowMs)
        loads.push({ transport, clients, ratePerS, intervalMs, windows: [window] })
      }
      await rig.subscribers.call('close')
      connected = 0
    }
  }
  return loads
}

/** What the costs of the other cells predict for the load of this cell. */
function predictionOf(cells: readonly Cell[], cell: Cell, parameters: Parameters): Record<string, number> {
  const coefficients = capacityCoefficients(cells, parameters)
  const transport = cell.subject as TransportName
  const costs = coefficients.transports[transport]
  if (!costs) return {}
  const load: CapacityLoad = {
    clients: cell.clients,
    ratePerS: cell.ratePerS,
    intervalMs: cell.intervalMs ?? 0,
    holdMs: cell.holdMs ?? 0,
    rttMs: 0,
    arrivals,
  }
  const activity = activityOf(transport, load, coefficients)
  const traffic = { payloadBytes: cell.payloadBytes, headerBytes: null, hasTls: false }
  return {
    utilisation: activity.utilisation,
    bytesPerS: applicationBytesPerS(transport, activity, coefficients, traffic),
    ...(costs.memoryBytes === null
      ? {}
      : { residentBytes: coefficients.process.memoryBytes + costs.memoryBytes * cell.clients }),
    ...(activity.requestsPerS > 0 ? { requestsPerMessage: activity.requestsPerS / activity.deliveriesPerS } : {}),
  }
}

const ownParameters = ({ parameters }: Run): Parameters => ({
  ...parameters,
  interval: Math.max(INTERVAL_MS, parameters.interval),
})

function openMore(
  run: Run,
  transport: TransportName,
  count: number,
  timing: Partial<Pick<Group, 'intervalMs' | 'firstWithinMs'>> = {},
): Promise<void> {
  const group = { ...rawGroup(transport, count, ownParameters(run)), ...timing }
  return run.rig.open([group], run.parameters.seed, { waitingTimeoutMs: 10_000 })
}

function measure(run: Run, transport: TransportName, ratePerS: number, windowMs: number): Promise<MeasuredWindow> {
  const { payload: payloadBytes, seed } = run.parameters
  // A block has as many messages as the others.
  const { blocks } = run.durations.capacity
  const blockMs = Math.max(windowMs / blocks, 1000 / ratePerS)
  const schedule = { ratePerS, durationMs: blocks * blockMs, arrivals, seed, payloadBytes }
  return run.rig.run(schedule, blockWindow(ownParameters(run), { transports: [transport], blocks }))
}

function cellFrom(run: Run, load: MeasuredLoad): Cell {
  const { transport, clients, windows } = load
  const { interval, hold: holdMs, payload: payloadBytes } = ownParameters(run)
  const forCheck = clients === run.durations.capacity.check
  const frame: CellFrame = {
    scenario: 'capacity',
    subject: transport,
    client: 'raw',
    id: forCheck ? `capacity/${transport}/${CHECK}/${clients}` : idOf(load),
    clients,
    payloadBytes,
    intervalMs: load.intervalMs ?? interval,
    holdMs,
  }
  const cell = cellOf(frame, transport, windows, { isAlone: true, ...publisherPart(run.publisherWireBytes) })
  const gapMs = gapOf(windows, Number.NaN)
  return Number.isNaN(gapMs) || TRANSPORT_TRAITS[transport].mode !== 'held' ? cell : { ...cell, gapMs }
}

/** Resident bytes without garbage. */
async function settledBytes({ rig }: Run): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return (await rig.server.call('sample', { collectGarbage: true })).residentBytes
}
