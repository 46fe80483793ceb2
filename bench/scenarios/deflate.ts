import { cellOf } from '../rig/cell.ts'
import { memoryGrowth, type MemoryPoint } from '../analysis/memory-growth.ts'
import { blockWindow, rawGroup, defaultWindow, type RunScenario } from '../rig/run.ts'

/** A busy chat room. */
const RATE_PER_S = 4
const WARM_UP = 50
const BLOCKS = 4
const MIN_CLIENTS_FOR_MEMORY = 500
/** Additional clients for each point of the growth of memory. */
const MEMORY_STEP = 200
const MEMORY_STEPS = 4

/**
 * Savings and costs of permessage-deflate. The same subscribers offer it to a server that accepts and to a server that does not.
 * Texts are random words. Memory is read after every socket has compressed a message.
 */
export const deflate: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { seed, payload: payloadBytes, hold: holdMs } = parameters
  const { clients, windowMs } = durations.deflate
  const schedule = { ratePerS: RATE_PER_S, arrivals: 'periodic', seed, payloadBytes, hasWords: true } as const
  for (const variant of ['plain', 'deflate'] as const) {
    progress(`deflate: ${clients} × websocket, ${variant}`)
    await rig.start({ hold: holdMs, deflate: variant === 'deflate' })
    const group = { ...rawGroup('websocket', clients, parameters), client: 'ws' } as const
    // The first clients make the process load and compile code; later clients do not.
    await rig.open([{ ...group, count: WARM_UP }], seed)
    await rig.run({ ...schedule, durationMs: 1000 }, defaultWindow(parameters))
    await rig.subscribers.call('close')
    const idleBytes = await residentBytes()
    await rig.open([group], seed)
    const window = await rig.run(
      { ...schedule, durationMs: windowMs },
      blockWindow(parameters, { transports: ['websocket'], blocks: BLOCKS }),
    )
    const common = { scenario: 'deflate', subject: 'websocket', client: 'ws', clients, payloadBytes } as const
    const cell = cellOf({ ...common, id: `deflate/websocket/${variant}` }, 'websocket', [window], { isAlone: true })
    if (clients < MIN_CLIENTS_FOR_MEMORY) {
      run.cells.push(cell)
      continue
    }
    const points: MemoryPoint[] = [[clients, await residentBytes()]]
    for (let step = 1; step <= MEMORY_STEPS; step++) {
      await rig.open([{ ...group, count: MEMORY_STEP }], seed)
      await rig.run({ ...schedule, durationMs: 500 }, defaultWindow(parameters))
      points.push([clients + step * MEMORY_STEP, await residentBytes()])
    }
    const { memory, reasons } = memoryGrowth(idleBytes, points)
    const allReasons = [...cell.validity.reasons, ...reasons]
    run.cells.push({
      ...cell,
      memory,
      validity: { ...cell.validity, valid: allReasons.length === 0, reasons: allReasons },
    })
  }

  async function residentBytes(): Promise<number> {
    return (await rig.server.call('sample', { collectGarbage: true })).residentBytes
  }
}
