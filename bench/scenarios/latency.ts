import { cellOf } from '../rig/cell.ts'
import { latencyModel } from '../analysis/latency-model.ts'
import type { Comparison } from '../report/schema.ts'
import { counted, fillWindow, rawGroup, transportsOf, untilValid, type RunScenario } from '../rig/run.ts'
import type { MeasuredWindow } from '../rig/rig.ts'
import { comparePaired, mean, overlap } from '../analysis/statistics.ts'
import { LIMITS } from '../rig/validity.ts'

type Pair = readonly [a: string, b: string]

const RATE_PER_S = 20
const CLIENTS = 6
const BLOCKS = 4
/** The same transport a second time: a difference between the two would be the rig's own. */
const CONTROL = 'websocket-again'
const REFERENCE = 'websocket'
const POLLS: Pair = ['short-poll', 'long-poll']

/**
 * All transports in one room at once: each publish gives a difference between every two of them, so that what the machine
 * does meanwhile falls out. The publish is the replicate, not the delivery.
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
  const { cells, window } = await untilValid(run, async (attempts) => {
    await rig.start({ hold: holdMs })
    await fillWindow(run, transports)
    await rig.open(groups, seed)
    const schedule = {
      ratePerS: RATE_PER_S,
      // Messages meet a poll's whole interval.
      durationMs: Math.max(durations.latencyMs, intervalMs),
      arrivals,
      seed,
      payloadBytes,
    }
    const window = await rig.run(schedule, counted(parameters, { transports, blocks: BLOCKS }))
    const cells = groups.map(({ name }) => {
      const about = { scenario: 'latency', subject: name, client: 'lean', clients: CLIENTS, payloadBytes } as const
      return cellOf({ ...about, id: `latency/${name}`, intervalMs, holdMs }, name, [window], {
        isAlone: false,
        attempts,
      })
    })
    return { cells, window }
  })
  if (Number.isFinite(window.gap.meanMs)) run.gapMs = window.gap.meanMs
  // The last leg is what a push takes: the publisher's way up and the server's work are in it.
  const serviceMs = cells.find(({ subject }) => subject === 'websocket')?.latencyMs?.p50 ?? 0
  const path = { serviceMs, oneWayDownMs: 0, gapMs: run.gapMs, arrivals }
  run.cells.push(...cells.map((cell) => ({ ...cell, ...latencyModel(cell, path) })))
  run.comparisons.push(...comparePairs(window, pairsOf(groups.map(({ name }) => name)), seed))
}

/** WebSocket is what every other transport is held against; and the polls, the old ones, against each other. */
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
    const isWhole = (name: string, all: readonly number[] = []) => all.length === window.groups[name]?.length
    // Where a delivery is missing the cell is void, and says so; a pair needs both.
    const whole = [...ofA.keys()].filter((index) => isWhole(a, ofA.get(index)) && isWhole(b, ofB.get(index)))
    if (whole.length < 2) return []
    // One figure for each publish and group. Over single deliveries the median would hop between "served just before the
    // other" and "just after"; over the group's mean that cancels.
    const [inA, inB] = [ofA, ofB].map((group) => whole.map((index) => [mean(group.get(index) ?? [])]))
    const paired = comparePaired(inA ?? [], inB ?? [], { seed })
    const { low, high } = paired.medianDifference
    const isOurs = overlap({ low, high }, { low: -LIMITS.ownDifferenceMs, high: LIMITS.ownDifferenceMs })
    const verdict = isOurs ? 'no difference shown' : paired.verdict
    return [{ scenario: 'latency', metric: 'latencyMs', a, b, ...paired, verdict }]
  })
}

/** ms of each delivery, by the number of its message. */
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
