import { cellOf } from '../rig/cell.ts'
import { latencyModel } from '../analysis/latency-model.ts'
import type { Comparison } from '../report/schema.ts'
import { blockWindow, fillWindow, rawGroup, transportsOf, repeatUntilValid, type RunScenario } from '../rig/run.ts'
import type { MeasuredWindow } from '../rig/rig.ts'
import { comparePaired, mean, overlap } from '../analysis/statistics.ts'
import { LIMITS } from '../rig/validity.ts'

type Pair = readonly [a: string, b: string]

const RATE_PER_S = 20
const CLIENTS = 6
const BLOCKS = 4
/** The reference transport again: a difference between the two is an error of the rig. */
const CONTROL = 'websocket-again'
const REFERENCE = 'websocket'
const POLLS: Pair = ['short-poll', 'long-poll']

/**
 * All transports in one room at the same time: each publish gives a difference for every pair, so noise of the machine
 * cancels. The replicate is the publish, not the delivery.
 */
export const latency: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { interval: intervalMs, hold: holdMs, payload: payloadBytes, seed, arrivals } = parameters
  progress('latency: all transports in one room')
  const transports = transportsOf(run, 'together')
  const groups = [
    ...transports.flatMap((transport) => {
      const group = rawGroup(transport, CLIENTS, parameters)
      return transport === REFERENCE ? [group, { ...group, name: CONTROL }] : [group]
    }),
  ]
  const { cells, window } = await repeatUntilValid(run, async (attempts) => {
    await rig.start({ hold: holdMs })
    await fillWindow(run, transports)
    await rig.open(groups, seed)
    const schedule = {
      ratePerS: RATE_PER_S,
      // Messages must meet every phase of a poll's interval.
      durationMs: Math.max(durations.latencyMs, intervalMs),
      arrivals,
      seed,
      payloadBytes,
    }
    const window = await rig.run(schedule, blockWindow(parameters, { transports, blocks: BLOCKS }))
    const cells = groups.map(({ name }) => {
      const common = { scenario: 'latency', subject: name, client: 'raw', clients: CLIENTS, payloadBytes } as const
      return cellOf({ ...common, id: `latency/${name}`, intervalMs, holdMs }, name, [window], {
        isAlone: false,
        attempts,
      })
    })
    return { cells, window }
  })
  if (Number.isFinite(window.gap.meanMs)) run.gapMs = window.gap.meanMs
  // The latency of a push contains the publisher's way to the server and the server's work, which all transports share.
  const serviceMs = cells.find(({ subject }) => subject === 'websocket')?.latencyMs?.p50 ?? 0
  const path = { serviceMs, oneWayDownMs: 0, gapMs: run.gapMs, arrivals }
  run.cells.push(...cells.map((cell) => ({ ...cell, ...latencyModel(cell, path) })))
  run.comparisons.push(...comparePairs(window, pairsOf(groups.map(({ name }) => name)), seed))
}

/** Every transport is compared with WebSocket, and the two polls with each other. */
export function pairsOf(names: readonly string[]): Pair[] {
  const others = names.filter((name) => name !== REFERENCE)
  const against = names.includes(REFERENCE)
    ? others.map((name): Pair => (name === CONTROL ? [REFERENCE, name] : [name, REFERENCE]))
    : []
  const polls = POLLS.every((name) => names.includes(name)) ? [POLLS] : []
  return [...polls, ...against]
}

export function comparePairs(window: MeasuredWindow, pairs: readonly Pair[], seed: number): Comparison[] {
  return pairs.flatMap(([a, b]) => {
    const [ofA, ofB] = [latenciesByPublish(window, a), latenciesByPublish(window, b)]
    const isComplete = (name: string, all: readonly number[] = []) => all.length === window.groups[name]?.length
    // A pair needs all deliveries of both groups. A cell with a missing delivery is void.
    const complete = [...ofA.keys()].filter((index) => isComplete(a, ofA.get(index)) && isComplete(b, ofB.get(index)))
    if (complete.length < 2) return []
    // One figure for each publish and group. With single deliveries the median would jump with the order of the fan-out; the
    // mean of the group cancels the order.
    const [inA, inB] = [ofA, ofB].map((group) => complete.map((index) => [mean(group.get(index) ?? [])]))
    const paired = comparePaired(inA ?? [], inB ?? [], { seed })
    const { low, high } = paired.medianDifference
    const isRigDifference = overlap({ low, high }, { low: -LIMITS.ownDifferenceMs, high: LIMITS.ownDifferenceMs })
    const verdict = isRigDifference ? 'no difference shown' : paired.verdict
    return [{ scenario: 'latency', metric: 'latencyMs', a, b, ...paired, verdict }]
  })
}

/** Latencies in ms, by the number of the message. */
export function latenciesByPublish(window: MeasuredWindow, group: string): Map<number, number[]> {
  const byPublish = new Map<number, number[]>()
  for (const { indices, latenciesMs } of window.groups[group] ?? []) {
    for (const [i, index] of indices.entries()) {
      const all = byPublish.get(index)
      const ms = latenciesMs[i] ?? Number.NaN
      if (all) all.push(ms)
      else byPublish.set(index, [ms])
    }
  }
  return byPublish
}
