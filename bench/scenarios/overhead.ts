import { cellOf, connectOf } from '../rig/cell.ts'
import { overheadModel } from '../analysis/overhead-model.ts'
import {
  blockWindow,
  fillWindow,
  gapOf,
  rawGroup,
  transportsOf,
  repeatUntilValid,
  type RunScenario,
} from '../rig/run.ts'
import type { SubscriberCounts } from '../load/delivery-record.ts'
import type { MeasuredWindow } from '../rig/rig.ts'
import type { TransportName } from '../../src/protocol.ts'

const BROWSERS = 10
const BROWSER_PARTS = 4
const WITH_BROWSER_HEADERS: readonly TransportName[] = ['short-poll', 'websocket']

/**
 * The costs of each transport alone: requests, bytes, segments, CPU time. Blocks of the transports alternate, so that slow
 * phases of the machine affect all of them, and each block has a new server process.
 */
export const overhead: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { blocks, parts } = durations.overhead
  const { clients, rate, seed, payload, arrivals, interval } = parameters
  // Each part must contain a poll of every client.
  const durationMs = Math.max(durations.overhead.windowMs, parts * interval)
  const schedule = { ratePerS: rate, durationMs, arrivals, payloadBytes: payload }
  const transports = transportsOf(run, 'apart')
  const collected = new Map<TransportName, MeasuredWindow[]>(transports.map((transport) => [transport, []]))
  const connected = new Map<TransportName, SubscriberCounts[]>(transports.map((transport) => [transport, []]))

  for (let block = 0; block < blocks; block++) {
    for (const transport of transports) {
      progress(`overhead: ${transport}, block ${block + 1} of ${blocks}`)
      const { result, connectedCounts } = await repeatUntilValid(run, async (attempt) => {
        await rig.start({ hold: parameters.hold })
        await fillWindow(run, [transport])
        await rig.open([rawGroup(transport, clients, parameters)], seed)
        const connectedCounts = (await rig.subscribers.call('connected'))[transport] ?? []
        const result = [
          await rig.run(
            { ...schedule, seed: seed + block },
            blockWindow(parameters, { transports: [transport], blocks: parts }),
          ),
        ]
        const cell = cellOf(frame(transport), transport, result, { isAlone: true, attempts: attempt })
        return { cells: [cell], result, connectedCounts }
      })
      collected.get(transport)?.push(...result)
      connected.get(transport)?.push(...connectedCounts)
    }
  }
  const cursorBytes = (await rig.server.call('sample', {})).head.length
  const cells = [...collected].map(([transport, all]) =>
    cellOf({ ...frame(transport), connect: connectOf(connected.get(transport) ?? []) }, transport, all, {
      isAlone: true,
      ...publisherPart(run.publisherWireBytes),
    }),
  )
  const modelInput = { cells, arrivals, cursorBytes }
  run.cells.push(
    ...cells.map((cell) => {
      const windows = transports.flatMap((name) => (name === cell.subject ? (collected.get(name) ?? []) : []))
      return { ...cell, model: overheadModel(cell, { ...modelInput, gapMs: gapOf(windows, run.gapMs) }) }
    }),
  )

  // Published figures refer to the headers of a browser.
  for (const transport of transports.filter((name) => WITH_BROWSER_HEADERS.includes(name))) {
    progress(`overhead: ${transport} with a browser’s headers`)
    await rig.start({ hold: parameters.hold })
    await rig.open([{ ...rawGroup(transport, BROWSERS, parameters), headers: 'browser' }], seed)
    const shortSchedule = { ...schedule, seed, durationMs: BROWSER_PARTS * Math.max(interval, 200) }
    const windows = [await rig.run(shortSchedule, blockWindow(parameters, { transports: [transport], blocks: parts }))]
    const browserFrame = { ...frame(transport), id: `overhead/${transport}/browser`, clients: BROWSERS }
    run.cells.push(
      cellOf(browserFrame, transport, windows, { isAlone: true, ...publisherPart(run.publisherWireBytes) }),
    )
  }

  function frame(transport: TransportName) {
    const { interval: intervalMs, hold: holdMs } = parameters
    const common = { scenario: 'overhead', subject: transport, client: 'raw' } as const
    return { ...common, id: `overhead/${transport}`, clients, payloadBytes: payload, intervalMs, holdMs }
  }
}

export const publisherPart = (publisherWireBytes: number | null) =>
  publisherWireBytes === null ? {} : { publisherWireBytes }
