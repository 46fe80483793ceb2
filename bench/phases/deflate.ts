import { cellOf } from '../cell.ts'
import { leanGroup, patience, type RunScenario } from '../run.ts'

/** A room in which somebody speaks every quarter of a second. */
const RATE_PER_S = 4
const WARM_UP = 50
const ENOUGH_FOR_MEMORY = 500

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
    const group = { ...leanGroup('websocket', clients, parameters), client: 'ws' } as const
    // What the first clients make the process load and compile is not what the next ones cost.
    await rig.open([{ ...group, count: WARM_UP }], seed)
    await rig.run({ ...schedule, durationMs: 1000 }, patience(parameters))
    await rig.subscribers.ask('close')
    const { rssBytes: idleBytes } = await rig.server.ask('sample', { collectGarbage: true })
    await rig.open([group], seed)
    const window = await rig.run({ ...schedule, durationMs: windowMs }, patience(parameters))
    const { rssBytes: loadedBytes } = await rig.server.ask('sample', { collectGarbage: true })

    const about = { scenario: 'deflate', subject: 'websocket', client: 'ws', clients, payloadBytes } as const
    const cell = cellOf({ ...about, id: `deflate/websocket/${variant}` }, 'websocket', [window], { isAlone: true })
    const memory = { idleBytes, loadedBytes, perClientBytes: (loadedBytes - idleBytes) / clients }
    run.cells.push({ ...cell, ...(clients >= ENOUGH_FOR_MEMORY ? { memory } : {}) })
  }
}
