import { cellOf } from '../rig/cell.ts'
import { latencyModel } from '../analysis/latency-model.ts'
import { counted, fillWindow, rawGroup, transportsOf, untilValid, type RunScenario } from '../rig/run.ts'
import type { TransportName } from '../../src/protocol.ts'
import type { Group } from '../workers/subscribers.ts'

/** Slow enough that most messages find a long poll parked, fast enough that some do not. */
const RATE_PER_S = 4
const CLIENTS = 5
const BLOCKS = 4
/** Round trips that a window lasts at least. */
const CYCLES = 12
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
  const { payload: payloadBytes, seed, interval: intervalMs, hold: holdMs, arrivals } = parameters
  const transports = transportsOf(run, 'together')
  const trips = [...new Set([parameters.rtt, RFC_RTT_MS])]
  const longestMs = Math.max(...trips)
  progress(`rtt: links of ${trips.join(' and ')} ms`)
  const cells = await untilValid(run, async (attempts) => {
    await rig.start({ hold: holdMs })
    await fillWindow(run, transports)
    const groups: (Group & { rttMs: number })[] = []
    for (const rttMs of trips) {
      const port = await rig.links.ask('open', { to: rig.port, profile: { delayMs: rttMs / 2 }, seed })
      for (const transport of transports) {
        groups.push({ ...rawGroup(transport, CLIENTS, parameters, `${transport}/${rttMs}`), port, rttMs })
      }
      if (rttMs !== parameters.rtt) continue
      for (const transport of transports.filter((name) => OWN_TOO.includes(name))) {
        const own = rawGroup(transport, CLIENTS, parameters, `${transport}/${rttMs}/project`)
        groups.push({ ...own, client: 'project', port, rttMs })
      }
    }
    await rig.open(groups, seed, { parkMs: 500 + 4 * longestMs })
    // Behind a long round trip it takes more messages until their places in a client's cycle are all met.
    const durationMs = Math.max(durations.rttMs, intervalMs, CYCLES * longestMs)
    const schedule = { ratePerS: RATE_PER_S, durationMs, arrivals, seed, payloadBytes }
    const window = await rig.run(schedule, counted(parameters, { transports, blocks: BLOCKS, rttMs: longestMs }))
    const all = groups.map(({ name, transport, client, rttMs }) => {
      const about = { scenario: 'rtt', subject: transport, client, clients: CLIENTS, payloadBytes } as const
      const frame = { ...about, id: `rtt/${name}`, intervalMs, holdMs, rttMs }
      return cellOf(frame, name, [window], { isAlone: false, attempts })
    })
    return {
      cells: all.map((cell) => {
        const rttMs = cell.rttMs ?? 0
        // What a push takes beside the way down: the publisher's way up, the server's work and the link's own.
        const push = all.find((one) => one.subject === 'websocket' && one.rttMs === rttMs)
        const serviceMs = Math.max(0, (push?.latencyMs?.p50 ?? 0) - rttMs / 2)
        const path = { serviceMs, oneWayDownMs: rttMs / 2, gapMs: rttMs + run.gapMs, arrivals }
        return { ...cell, ...latencyModel(cell, path) }
      }),
    }
  })
  run.cells.push(...cells.cells)
}
