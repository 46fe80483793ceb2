import { cellOf } from '../rig/cell.ts'
import { blockWindow, fillWindow, rawGroup, transportsOf, repeatUntilValid, type RunScenario } from '../rig/run.ts'

const BLOCKS = 4

/** Latency against load, up to the knee. A cell is marked if the load generator was at its limit. */
export const sweep: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { interval: intervalMs, hold: holdMs, payload: payloadBytes, seed, arrivals } = parameters
  const { perS, windowMs, clients } = durations.sweep
  for (const transport of transportsOf(run, 'curves')) {
    await rig.start({ hold: holdMs })
    await fillWindow(run, [transport])
    await rig.open([rawGroup(transport, clients, parameters)], seed)
    for (const ratePerS of perS) {
      progress(`sweep: ${transport}, ${clients} subscribers at ${ratePerS}/s`)
      const common = { scenario: 'sweep', subject: transport, client: 'raw', clients, payloadBytes } as const
      const frame = { ...common, id: `sweep/${transport}/${ratePerS}`, intervalMs, holdMs }
      const { cells } = await repeatUntilValid(run, async (attempts) => {
        const schedule = { ratePerS, durationMs: windowMs, arrivals, seed, payloadBytes }
        const window = await rig.run(schedule, blockWindow(parameters, { transports: [transport], blocks: BLOCKS }))
        return { cells: [cellOf(frame, transport, [window], { isAlone: true, attempts })] }
      })
      run.cells.push(...cells)
    }
  }
}
