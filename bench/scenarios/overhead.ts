import { cellOf, connectOf } from '../rig/cell.ts'
import { overheadModel } from '../analysis/overhead-model.ts'
import { counted, fillWindow, gapOf, rawGroup, transportsOf, untilValid, type RunScenario } from '../rig/run.ts'
import type { SubscriberCounts } from '../load/delivery-record.ts'
import type { MeasuredWindow } from '../rig/rig.ts'
import type { TransportName } from '../../src/protocol.ts'

const BROWSERS = 10
const BROWSER_PARTS = 4
const PUBLISHED_ABOUT: readonly TransportName[] = ['short-poll', 'websocket']

/**
 * What each transport costs with nobody else there: requests, bytes, segments, CPU. Blocks of the transports alternate, so
 * that a slow minute of the machine meets all of them, and each block has a fresh server process.
 */
export const overhead: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { blocks, parts } = durations.overhead
  const { clients, rate, seed, payload, arrivals, interval } = parameters
  // A part holds a poll of every client.
  const durationMs = Math.max(durations.overhead.windowMs, parts * interval)
  const schedule = { ratePerS: rate, durationMs, arrivals, payloadBytes: payload }
  const transports = transportsOf(run, 'apart')
  const collected = new Map<TransportName, MeasuredWindow[]>(transports.map((transport) => [transport, []]))
  const connected = new Map<TransportName, SubscriberCounts[]>(transports.map((transport) => [transport, []]))

  for (let block = 0; block < blocks; block++) {
    for (const transport of transports) {
      progress(`overhead: ${transport}, block ${block + 1} of ${blocks}`)
      const { result, seen } = await untilValid(run, async (attempt) => {
        await rig.start({ hold: parameters.hold })
        await fillWindow(run, [transport])
        await rig.open([rawGroup(transport, clients, parameters)], seed)
        const seen = (await rig.subscribers.ask('connected'))[transport] ?? []
        const result = [
          await rig.run(
            { ...schedule, seed: seed + block },
            counted(parameters, { transports: [transport], blocks: parts }),
          ),
        ]
        const cell = cellOf(frame(transport), transport, result, { isAlone: true, attempts: attempt })
        return { cells: [cell], result, seen }
      })
      collected.get(transport)?.push(...result)
      connected.get(transport)?.push(...seen)
    }
  }
  const cursorBytes = (await rig.server.ask('sample', {})).head.length
  const cells = [...collected].map(([transport, all]) =>
    cellOf({ ...frame(transport), connect: connectOf(connected.get(transport) ?? []) }, transport, all, {
      isAlone: true,
      ...publisherPart(run.publisherWireBytes),
    }),
  )
  const known = { cells, arrivals, cursorBytes }
  run.cells.push(
    ...cells.map((cell) => {
      const windows = transports.flatMap((name) => (name === cell.subject ? (collected.get(name) ?? []) : []))
      return { ...cell, model: overheadModel(cell, { ...known, gapMs: gapOf(windows, run.gapMs) }) }
    }),
  )

  // Once more with the headers that a browser sends: published figures are about those.
  for (const transport of transports.filter((name) => PUBLISHED_ABOUT.includes(name))) {
    progress(`overhead: ${transport} with a browser’s headers`)
    await rig.start({ hold: parameters.hold })
    await rig.open([{ ...rawGroup(transport, BROWSERS, parameters), headers: 'browser' }], seed)
    const briefly = { ...schedule, seed, durationMs: BROWSER_PARTS * Math.max(interval, 200) }
    const windows = [await rig.run(briefly, counted(parameters, { transports: [transport], blocks: parts }))]
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
