import { setTimeout as sleep } from 'node:timers/promises'
import { PeerInstance } from './instance.ts'
import type { Load, SliceResult } from './generator/slice.ts'
import { IN_FLIGHT, type Kind } from './kinds.ts'
import type { Cores } from './pin.ts'
import { keep, type PeerRecord } from './record.ts'
import type { PeersParameters } from './report/schema.ts'

export interface RoundOptions {
  kind: Kind
  round: number
  parameters: Omit<PeersParameters, 'peers'>
  cores: Cores | null
  progress: (text: string) => void
  signal: AbortSignal
}

/** The start of each slice is not measured. */
const LEAD_MS = 50
/** Length of the warm-up of each load, in slices. */
const WARM_UP_SLICES = 2
const OPEN_CYCLES = 2

/**
 * One round of one kind. All peers are started and connected, then measured in short slices, A B C … A B C …; each cycle starts
 * with another peer. Drift of the machine affects all peers alike, and ratios are taken within a cycle.
 */
export async function runRound(records: readonly PeerRecord[], options: RoundOptions): Promise<void> {
  const { kind, round, parameters, progress, signal } = options
  const { slice, cycles, rate, latency } = parameters
  const instances = await startAll(records, options)
  try {
    await connectAll(instances, options)
    const run = async (record: PeerRecord, load: Load, durationMs: number): Promise<SliceResult | null> => {
      const instance = instances.get(record)
      if (!instance || signal.aborted) return null
      const leadMs = Math.min(LEAD_MS, durationMs)
      return attempt(record, instances, round, () => instance.slice({ load, warmUpMs: leadMs, durationMs }))
    }
    progress(`${kind}: round ${round + 1}, warming up`)
    for (const record of records) {
      for (const inFlight of IN_FLIGHT) {
        const result = await run(record, { loop: 'closed', inFlight }, slice * WARM_UP_SLICES)
        if (result) record.warmUps.push(result)
      }
    }
    for (let cycle = 0; cycle < cycles; cycle++) {
      progress(`${kind}: round ${round + 1}, cycle ${cycle + 1} of ${cycles}`)
      for (const inFlight of IN_FLIGHT) {
        for (const record of rotated(records, cycle + round)) {
          const result = await run(record, { loop: 'closed', inFlight }, slice)
          if (result) keep(record, inFlight, `${round}/${cycle}`, result)
        }
      }
    }
    for (let cycle = 0; rate > 0 && cycle < OPEN_CYCLES; cycle++) {
      progress(`${kind}: round ${round + 1}, ${rate} messages/s`)
      for (const record of rotated(records, cycle + round)) {
        const result = await run(record, { loop: 'open', ratePerS: rate }, latency)
        if (result) record.open.push(result)
      }
    }
  } finally {
    await Promise.all([...instances.values()].map((instance) => instance.close()))
  }
}

type Instances = Map<PeerRecord, PeerInstance>

/** Starts all peers at the same time: nothing is measured yet. */
async function startAll(records: readonly PeerRecord[], options: RoundOptions): Promise<Instances> {
  const { kind, round, parameters, cores, progress } = options
  const { clients: readers, payload: textBytes } = parameters
  progress(`${kind}: round ${round + 1}, starting ${records.map(({ peer }) => peer.name).join(', ')}`)
  const instances: Instances = new Map()
  await Promise.all(
    records.map(async (record) => {
      try {
        instances.set(record, await PeerInstance.start(record.peer, { kind, readers, textBytes, cores }))
      } catch (error) {
        record.errors.push(complaint(round, error))
      }
    }),
  )
  return instances
}

/** Connects the readers of one peer after another, and reads the memory of all servers before and after. */
async function connectAll(instances: Instances, options: RoundOptions): Promise<void> {
  const { kind, round, parameters, progress } = options
  await sleep(parameters.settle)
  const idle = new Map([...instances].map(([record, instance]) => [record, instance.residentBytes]))
  for (const [record, instance] of instances) {
    progress(`${kind}: round ${round + 1}, ${parameters.clients} readers connect to ${record.peer.name}`)
    await attempt(record, instances, round, () => instance.connect())
  }
  await sleep(parameters.settle)
  for (const [record, instance] of instances) {
    record.memories.push({ idleBytes: idle.get(record) ?? 0, connectedBytes: instance.residentBytes })
  }
}

/** A peer that fails leaves this round, and its record keeps the reason. */
async function attempt<T>(
  record: PeerRecord,
  instances: Instances,
  round: number,
  act: () => Promise<T>,
): Promise<T | null> {
  try {
    return await act()
  } catch (error) {
    record.errors.push(complaint(round, error))
    const instance = instances.get(record)
    instances.delete(record)
    await instance?.close()
    return null
  }
}

const rotated = <T>(list: readonly T[], by: number): T[] => {
  const first = list.length === 0 ? 0 : by % list.length
  return [...list.slice(first), ...list.slice(0, first)]
}

const complaint = (round: number, error: unknown): string =>
  `round ${round + 1}: ${error instanceof Error ? error.message : String(error)}`
