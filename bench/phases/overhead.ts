import { cellOf } from '../cell.ts'
import { allTransports, patience, leanGroup, untilValid, type RunScenario } from '../run.ts'
import type { Window } from '../rig.ts'
import type { TransportName } from '../../src/protocol.ts'

const BROWSERS = 10

/**
 * What each transport costs with nobody else there: requests, bytes, segments, CPU. Blocks of the transports alternate, so
 * that a slow minute of the machine meets all of them, and each block has a fresh server process.
 */
export const overhead: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { blocks, windows, windowMs } = durations.overhead
  const { clients, rate, seed, payload, arrivals } = parameters
  const collected = new Map<TransportName, Window[]>(allTransports.map((transport) => [transport, []]))

  for (let block = 0; block < blocks; block++) {
    for (const transport of allTransports) {
      progress(`overhead: ${transport}, block ${block + 1} of ${blocks}`)
      const { result } = await untilValid(run, async (attempt) => {
        await rig.start({ hold: parameters.hold })
        await rig.open([leanGroup(transport, clients, parameters)], seed)
        const result: Window[] = []
        for (let window = 0; window < windows; window++) {
          const schedule = { ratePerS: rate, durationMs: windowMs, arrivals, payloadBytes: payload }
          result.push(await rig.run({ ...schedule, seed: seed + block * windows + window }, patience(parameters)))
        }
        const cell = cellOf(frame(transport), transport, result, { isAlone: true, attempts: attempt })
        return { cells: [cell], result }
      })
      collected.get(transport)?.push(...result)
    }
  }
  for (const [transport, all] of collected) {
    run.cells.push(
      cellOf(frame(transport), transport, all, { isAlone: true, ...publisherPart(run.publisherWireBytes) }),
    )
  }

  // Once more with the headers that a browser sends: published figures are about those.
  for (const transport of ['short-poll', 'websocket'] as const) {
    progress(`overhead: ${transport} with a browser’s headers`)
    await rig.start({ hold: parameters.hold })
    await rig.open([{ ...leanGroup(transport, BROWSERS, parameters), headers: 'browser' }], seed)
    const schedule = { ratePerS: rate, durationMs: windowMs, arrivals, payloadBytes: payload, seed }
    const windows = [await rig.run(schedule, patience(parameters))]
    const about = { ...frame(transport), id: `overhead/${transport}/browser`, clients: BROWSERS }
    run.cells.push(cellOf(about, transport, windows, { isAlone: true, ...publisherPart(run.publisherWireBytes) }))
  }

  function frame(transport: TransportName) {
    const { interval: intervalMs, hold: holdMs } = parameters
    const about = { scenario: 'overhead', subject: transport, client: 'lean' } as const
    return { ...about, id: `overhead/${transport}`, clients, payloadBytes: payload, intervalMs, holdMs }
  }
}

export const publisherPart = (publisherWireBytes: number | null) =>
  publisherWireBytes === null ? {} : { publisherWireBytes }
