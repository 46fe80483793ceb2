import { setTimeout as sleep } from 'node:timers/promises'
import { Contender } from './contender.ts'
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

/** At the beginning of each slice, not measured. */
const LEAD_MS = 50
/** Of each load, before the first slice that counts: so many slices long. */
const WARM_UP_SLICES = 2
const OPEN_CYCLES = 2

/**
 * One round of one kind: all peers are started and connected, then take their turns in short slices, A B C … A B C …, and each
 * cycle begins with another one. So what else the machine does meets all alike, and ratios are taken within a cycle.
 */
export async function runRound(records: readonly PeerRecord[], options: RoundOptions): Promise<void> {
  const { kind, round, parameters, progress, signal } = options
  const { slice, cycles, rate, latency } = parameters
  const contenders = await startAll(records, options)
  try {
    await connectAll(contenders, options)
    const turn = async (record: PeerRecord, load: Load, durationMs: number): Promise<SliceResult | null> => {
      const contender = contenders.get(record)
      if (!contender || signal.aborted) return null
      const leadMs = Math.min(LEAD_MS, durationMs)
      return attempt(record, contenders, round, () => contender.slice({ load, warmUpMs: leadMs, durationMs }))
    }
    progress(`${kind}: round ${round + 1}, warming up`)
    for (const record of records) {
      for (const inFlight of IN_FLIGHT) {
        const result = await turn(record, { loop: 'closed', inFlight }, slice * WARM_UP_SLICES)
        if (result) record.warmUps.push(result)
      }
    }
    for (let cycle = 0; cycle < cycles; cycle++) {
      progress(`${kind}: round ${round + 1}, cycle ${cycle + 1} of ${cycles}`)
      for (const inFlight of IN_FLIGHT) {
        for (const record of rotated(records, cycle + round)) {
          const result = await turn(record, { loop: 'closed', inFlight }, slice)
          if (result) keep(record, inFlight, `${round}/${cycle}`, result)
        }
      }
    }
    for (let cycle = 0; rate > 0 && cycle < OPEN_CYCLES; cycle++) {
      progress(`${kind}: round ${round + 1}, ${rate} messages/s`)
      for (const record of rotated(records, cycle + round)) {
        const result = await turn(record, { loop: 'open', ratePerS: rate }, latency)
        if (result) record.open.push(result)
      }
    }
  } finally {
    await Promise.all([...contenders.values()].map((contender) => contender.close()))
  }
}

type Contenders = Map<PeerRecord, Contender>

/** All at once: nothing is measured yet. */
async function startAll(records: readonly PeerRecord[], options: RoundOptions): Promise<Contenders> {
  const { kind, round, parameters, cores, progress } = options
  const { clients: readers, payload: textBytes } = parameters
  progress(`${kind}: round ${round + 1}, starting ${records.map(({ peer }) => peer.name).join(', ')}`)
  const contenders: Contenders = new Map()
  await Promise.all(
    records.map(async (record) => {
      try {
        contenders.set(record, await Contender.start(record.peer, { kind, readers, textBytes, cores }))
      } catch (error) {
        record.errors.push(complaint(round, error))
      }
    }),
  )
  return contenders
}

/** One after the other, between two looks at their memory. */
async function connectAll(contenders: Contenders, options: RoundOptions): Promise<void> {
  const { kind, round, parameters, progress } = options
  await sleep(parameters.settle)
  const idle = new Map([...contenders].map(([record, contender]) => [record, contender.residentBytes]))
  for (const [record, contender] of contenders) {
    progress(`${kind}: round ${round + 1}, ${parameters.clients} readers connect to ${record.peer.name}`)
    await attempt(record, contenders, round, () => contender.connect())
  }
  await sleep(parameters.settle)
  for (const [record, contender] of contenders) {
    record.memories.push({ idleBytes: idle.get(record) ?? 0, connectedBytes: contender.residentBytes })
  }
}

/** A peer that fails is out of this round, and its record says why. */
async function attempt<T>(
  record: PeerRecord,
  contenders: Contenders,
  round: number,
  act: () => Promise<T>,
): Promise<T | null> {
  try {
    return await act()
  } catch (error) {
    record.errors.push(complaint(round, error))
    const contender = contenders.get(record)
    contenders.delete(record)
    await contender?.close()
    return null
  }
}

const rotated = <T>(list: readonly T[], by: number): T[] => {
  const first = list.length === 0 ? 0 : by % list.length
  return [...list.slice(first), ...list.slice(0, first)]
}

const complaint = (round: number, error: unknown): string =>
  `round ${round + 1}: ${error instanceof Error ? error.message : String(error)}`
