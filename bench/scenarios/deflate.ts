import { cellOf } from '../rig/cell.ts'
import { memoryGrowth, type MemoryPoint } from '../analysis/memory-growth.ts'
import { counted, rawGroup, patience, type RunScenario } from '../rig/run.ts'

/** A room in which somebody speaks every quarter of a second. */
const RATE_PER_S = 4
const WARM_UP = 50
const BLOCKS = 4
const ENOUGH_FOR_MEMORY = 500
/** Clients that come in addition for the growth of memory, each time. */
const MEMORY_STEP = 200
const MEMORY_STEPS = 4

/**
 * What permessage-deflate saves and costs: the same subscribers, offering it both times, at a server that takes the offer and
 * at one that does not. Texts are words drawn by chance; memory is weighed when every socket has compressed something.
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
    // What the first clients make the process load and compile is not what the next ones cost.
    await rig.open([{ ...group, count: WARM_UP }], seed)
    await rig.run({ ...schedule, durationMs: 1000 }, patience(parameters))
    await rig.subscribers.ask('close')
    const idleBytes = await residentBytes()
    await rig.open([group], seed)
    const window = await rig.run(
      { ...schedule, durationMs: windowMs },
      counted(parameters, { transports: ['websocket'], blocks: BLOCKS }),
    )
    const about = { scenario: 'deflate', subject: 'websocket', client: 'ws', clients, payloadBytes } as const
    const cell = cellOf({ ...about, id: `deflate/websocket/${variant}` }, 'websocket', [window], { isAlone: true })
    if (clients < ENOUGH_FOR_MEMORY) {
      run.cells.push(cell)
      continue
    }
    const points: MemoryPoint[] = [[clients, await residentBytes()]]
    for (let step = 1; step <= MEMORY_STEPS; step++) {
      await rig.open([{ ...group, count: MEMORY_STEP }], seed)
      await rig.run({ ...schedule, durationMs: 500 }, patience(parameters))
      points.push([clients + step * MEMORY_STEP, await residentBytes()])
    }
    const { memory, reasons } = memoryGrowth(idleBytes, points)
    const all = [...cell.validity.reasons, ...reasons]
    run.cells.push({ ...cell, memory, validity: { ...cell.validity, valid: all.length === 0, reasons: all } })
  }

  async function residentBytes(): Promise<number> {
    return (await rig.server.ask('sample', { collectGarbage: true })).residentBytes
  }
}
