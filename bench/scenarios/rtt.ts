import { cellOf } from '../rig/cell.ts'
import { latencyModel } from '../analysis/latency-model.ts'
import { blockWindow, fillWindow, rawGroup, transportsOf, repeatUntilValid, type RunScenario } from '../rig/run.ts'
import type { TransportName } from '../../src/protocol.ts'
import type { Group } from '../workers/subscribers.ts'

/** At this rate most messages find a held long poll, but not all. */
const RATE_PER_S = 4
const CLIENTS = 5
const BLOCKS = 4
/** The least length of a window, in round trips. */
const MIN_ROUND_TRIPS = 12
/** RFC 6202 counts transits; at this round trip a transit is much longer than all other delays. */
const RFC_RTT_MS = 100

/** Measured with the project's client too, because the raw clients of these transports contain the most logic. */
const WITH_PROJECT_CLIENT: readonly TransportName[] = ['long-poll', 'socket-io']

/**
 * Latency behind links with a round trip. The publisher connects without a link, so only the way down is measured. Groups of
 * the project's client run at the same time, to show that the raw client measures the same.
 */
export const rtt: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { payload: payloadBytes, seed, interval: intervalMs, hold: holdMs, arrivals } = parameters
  const transports = transportsOf(run, 'together')
  const roundTripsMs = [...new Set([parameters.rtt, RFC_RTT_MS])]
  const longestRttMs = Math.max(...roundTripsMs)
  progress(`rtt: links of ${roundTripsMs.join(' and ')} ms`)
  const cells = await repeatUntilValid(run, async (attempts) => {
    await rig.start({ hold: holdMs })
    await fillWindow(run, transports)
    const groups: (Group & { rttMs: number })[] = []
    for (const rttMs of roundTripsMs) {
      const port = await rig.links.call('open', { to: rig.port, profile: { delayMs: rttMs / 2 }, seed })
      for (const transport of transports) {
        groups.push({ ...rawGroup(transport, CLIENTS, parameters, `${transport}/${rttMs}`), port, rttMs })
      }
      if (rttMs !== parameters.rtt) continue
      for (const transport of transports.filter((name) => WITH_PROJECT_CLIENT.includes(name))) {
        const projectGroup = rawGroup(transport, CLIENTS, parameters, `${transport}/${rttMs}/project`)
        groups.push({ ...projectGroup, client: 'project', port, rttMs })
      }
    }
    await rig.open(groups, seed, { waitingTimeoutMs: 500 + 4 * longestRttMs })
    // Behind a long round trip more messages are needed to meet every phase of a client's cycle.
    const durationMs = Math.max(durations.rttMs, intervalMs, MIN_ROUND_TRIPS * longestRttMs)
    const schedule = { ratePerS: RATE_PER_S, durationMs, arrivals, seed, payloadBytes }
    const window = await rig.run(schedule, blockWindow(parameters, { transports, blocks: BLOCKS, rttMs: longestRttMs }))
    const all = groups.map(({ name, transport, client, rttMs }) => {
      const common = { scenario: 'rtt', subject: transport, client, clients: CLIENTS, payloadBytes } as const
      const frame = { ...common, id: `rtt/${name}`, intervalMs, holdMs, rttMs }
      return cellOf(frame, name, [window], { isAlone: false, attempts })
    })
    return {
      cells: all.map((cell) => {
        const rttMs = cell.rttMs ?? 0
        // The part of a push beside the way down: the publisher's way up, the server's work and the link's work.
        const push = all.find((one) => one.subject === 'websocket' && one.rttMs === rttMs)
        const serviceMs = Math.max(0, (push?.latencyMs?.p50 ?? 0) - rttMs / 2)
        const path = { serviceMs, oneWayDownMs: rttMs / 2, gapMs: rttMs + run.gapMs, arrivals }
        return { ...cell, ...latencyModel(cell, path) }
      }),
    }
  })
  run.cells.push(...cells.cells)
}
