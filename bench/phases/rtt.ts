import { cellOf } from '../cell.ts'
import { latencyModel } from '../latency-model.ts'
import { fillWindow, leanGroup, patience, transportsOf, untilValid, type RunScenario } from '../run.ts'
import type { TransportName } from '../../src/protocol.ts'
import type { Group } from '../workers/subscribers.ts'

/** Slow enough that most messages find a long poll parked, fast enough that some do not. */
const RATE_PER_S = 4
const CLIENTS = 5
/** RFC 6202 is about transits; at this round trip they are long against everything else. */
const RFC_RTT_MS = 100

/** Of whose lean client it is to be seen that it tells what the project's own does: the one that thinks, the one that is rebuilt. */
const OWN_TOO: readonly TransportName[] = ['long-poll', 'socket-io']

/**
 * Behind links with a round trip. The publisher is beside the server: what is measured is the way down. A group of the
 * project's own client stands beside the lean one, to see that both tell the same.
 */
export const rtt: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { payload: payloadBytes, seed, interval: intervalMs, hold: holdMs } = parameters
  const transports = transportsOf(run, 'together')
  const trips = [...new Set([parameters.rtt, RFC_RTT_MS])]
  progress(`rtt: links of ${trips.join(' and ')} ms`)
  const cells = await untilValid(run, async (attempts) => {
    await rig.start({ hold: holdMs })
    await fillWindow(run, transports)
    const groups: (Group & { rttMs: number })[] = []
    for (const rttMs of trips) {
      const port = await rig.links.ask('open', { to: rig.port, profile: { delayMs: rttMs / 2 }, seed })
      for (const transport of transports) {
        groups.push({ ...leanGroup(transport, CLIENTS, parameters, `${transport}/${rttMs}`), port, rttMs })
      }
      if (rttMs !== parameters.rtt) continue
      for (const transport of transports.filter((name) => OWN_TOO.includes(name))) {
        const own = leanGroup(transport, CLIENTS, parameters, `${transport}/${rttMs}/project`)
        groups.push({ ...own, client: 'project', port, rttMs })
      }
    }
    await rig.open(groups, seed)
    const schedule = {
      ratePerS: RATE_PER_S,
      durationMs: durations.rttMs,
      arrivals: 'poisson',
      seed,
      payloadBytes,
    } as const
    const window = await rig.run(schedule, patience(parameters))
    return {
      cells: groups.map(({ name, transport, client, rttMs }) => {
        const about = { scenario: 'rtt', subject: transport, client, clients: CLIENTS, payloadBytes } as const
        const frame = { ...about, id: `rtt/${name}`, intervalMs, holdMs, rttMs }
        const cell = cellOf(frame, name, [window], { isAlone: false, attempts })
        const path = { serviceMs: 0, oneWayDownMs: rttMs / 2, gapMs: rttMs + run.gapMs }
        return { ...cell, ...latencyModel(cell, path) }
      }),
    }
  })
  run.cells.push(...cells.cells)
}
