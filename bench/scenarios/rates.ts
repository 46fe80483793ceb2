import { cellOf } from '../rig/cell.ts'
import { ARRIVAL_MODELS } from '../analysis/arrivals-model.ts'
import { kindOf } from '../analysis/kind.ts'
import * as models from '../../src/models/index.ts'
import type { Cell, Parameters } from '../report/schema.ts'
import { blockWindow, fillWindow, gapOf, rawGroup, transportsOf, type Run, type RunScenario } from '../rig/run.ts'
import { crossingPerS } from '../analysis/statistics.ts'
import { publisherPart } from './overhead.ts'

const CLIENTS = 10
const BLOCKS = 4

/** Costs against the rate of messages, to find the rates at which one transport becomes cheaper than another. */
export const rates: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { interval, hold, payload, seed, arrivals } = parameters
  for (const transport of transportsOf(run, 'curves')) {
    await rig.start({ hold })
    await fillWindow(run, [transport])
    await rig.open([rawGroup(transport, CLIENTS, parameters)], seed)
    for (const ratePerS of durations.rates.perS) {
      progress(`rates: ${transport} at ${ratePerS}/s`)
      // At every rate as many polls per block; a window contains at least three messages.
      const durationMs = Math.max(durations.rates.windowMs, 3000 / ratePerS, BLOCKS * interval)
      const window = await rig.run(
        { ratePerS, durationMs, arrivals, seed, payloadBytes: payload },
        blockWindow(parameters, { transports: [transport], blocks: BLOCKS }),
      )
      const common = {
        scenario: 'rates',
        subject: transport,
        client: 'raw',
        clients: CLIENTS,
        payloadBytes: payload,
      } as const
      const frame = { ...common, id: `rates/${transport}/${ratePerS}`, intervalMs: interval, holdMs: hold }
      const cell = cellOf(frame, transport, [window], { isAlone: true, ...publisherPart(run.publisherWireBytes) })
      run.cells.push({ ...cell, model: modelOf(cell, parameters, gapOf([window], run.gapMs)) })
    }
  }
  run.crossovers.push(...crossoversOf(run))
}

function modelOf({ subject, ratePerS }: Cell, parameters: Parameters, gapMs: number): Record<string, number> {
  const kind = kindOf(subject)
  const { longPoll, shortPollEmptyShare } = ARRIVAL_MODELS[parameters.arrivals]
  if (kind === 'interval') {
    const polling = { ratePerS, intervalMs: Math.max(parameters.interval, gapMs) }
    return {
      requestsPerMessage: models.shortPoll.requestsPerMessage(polling),
      emptyShare: shortPollEmptyShare(polling),
    }
  }
  if (kind === 'held') {
    const holding = { ratePerS, gapMs, holdMs: parameters.hold }
    return {
      requestsPerMessage: longPoll.requestsPerMessage(holding),
      emptyShare: longPoll.emptyShare(holding),
    }
  }
  return { requestsPerMessage: 0 }
}

function crossoversOf(run: Run): Run['crossovers'] {
  const { parameters, gapMs, cells } = run
  const at = (subject: string, rate: number) => cells.find(({ id }) => id === `rates/${subject}/${rate}`)
  const measured = (a: string, b: string, pick: (cell: Cell) => number | undefined): number | null => {
    const points = run.durations.rates.perS.flatMap((rate) => {
      const pair = [at(a, rate), at(b, rate)] as const
      const [costA, costB] = pair.map((cell) => cell && pick(cell))
      // Both published the same messages, but the blocks differ slightly in length.
      const ratePerS = Math.sqrt((pair[0]?.ratePerS ?? 0) * (pair[1]?.ratePerS ?? 0))
      return costA && costB ? [{ ratePerS, a: costA, b: costB }] : []
    })
    return points.length < 2 ? null : crossingPerS(points)
  }
  const requests = (cell: Cell) => cell.requestsPerMessage?.value
  // With TCP/IP if counted: a push also saves TCP/IP headers.
  const bytes = (cell: Cell) => cell.bytes?.perMessage.wire?.value ?? cell.bytes?.perMessage.application.value
  const cpu = (cell: Cell) => cell.cpu?.perDeliveryUs?.value

  return [
    {
      name: 'requests',
      meaning: 'above this rate long-poll sends more requests than short-poll',
      a: 'long-poll',
      b: 'short-poll',
      predictedPerS: ARRIVAL_MODELS[parameters.arrivals].requestsCrossingPerS({
        gapMs,
        holdMs: parameters.hold,
        intervalMs: parameters.interval,
      }),
      measuredPerS: measured('long-poll', 'short-poll', requests),
    },
    {
      name: 'bytes',
      meaning: 'above this rate short-poll costs fewer bytes than websocket',
      a: 'short-poll',
      b: 'websocket',
      predictedPerS: predictedBytes(run),
      measuredPerS: measured('short-poll', 'websocket', bytes),
    },
    {
      name: 'cpu',
      meaning: 'above this rate short-poll costs the server less CPU than websocket',
      a: 'short-poll',
      b: 'websocket',
      predictedPerS: null,
      measuredPerS: measured('short-poll', 'websocket', cpu),
    },
  ]
}

/**
 * Prediction from the overhead cells, an independent measurement at another rate: short-poll has bytes per poll and bytes per
 * message, websocket has bytes per frame.
 */
function predictedBytes({ cells, parameters }: Run): number | null {
  const of = (subject: string) => cells.find((cell) => cell.scenario === 'overhead' && cell.subject === subject)
  const [poll, push] = [of('short-poll'), of('websocket')]
  if (!poll?.bytes || !push?.bytes || poll.counts.requests === 0) return null
  const { bytes, counts } = poll
  const body = bytes.up.framing + bytes.down.framing + (bytes.down.envelope ?? 0) + bytes.down.payload
  const messageBytes = body / counts.delivered
  const all = bytes.wire ?? bytes.up.headers + bytes.down.headers + body
  const pushBytes = push.bytes.perMessage.wire?.value ?? push.bytes.perMessage.application.value
  const pollBytes = (all - body) / counts.requests
  return models.crossovers.bytesPerS({ intervalMs: parameters.interval, pollBytes, messageBytes, pushBytes })
}
