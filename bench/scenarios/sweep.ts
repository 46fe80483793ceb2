import { cellOf } from '../rig/cell.ts'
import { counted, fillWindow, rawGroup, transportsOf, untilValid, type RunScenario } from '../rig/run.ts'

const BLOCKS = 4

/** Latency against load, up to the knee. Where the load generator is at its own limit the cell says so. */
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
      const about = { scenario: 'sweep', subject: transport, client: 'lean', clients, payloadBytes } as const
      const frame = { ...about, id: `sweep/${transport}/${ratePerS}`, intervalMs, holdMs }
      const { cells } = await untilValid(run, async (attempts) => {
        const schedule = { ratePerS, durationMs: windowMs, arrivals, seed, payloadBytes }
        const window = await rig.run(schedule, counted(parameters, { transports: [transport], blocks: BLOCKS }))
        return { cells: [cellOf(frame, transport, [window], { isAlone: true, attempts })] }
      })
      run.cells.push(...cells)
    }
  }
}
