import { Contender } from './contender.ts'
import type { Load } from './generator/slice.ts'
import { IN_FLIGHT, type Kind } from './kinds.ts'
import type { Peer } from './peer.ts'
import type { Cores } from './pin.ts'
import { keep, type PeerRecord } from './record.ts'

export interface RoundOptions {
  kind: Kind
  round: number
  clients: number
  payload: number
  cycles: number
  sliceMs: number
  /** Open loop: messages per second, and for how long; 0 for not at all. */
  rate: number
  rateMs: number
  rateCycles: number
  /** Before the first slice that counts. */
  warmUpMs: number
  settleMs: number
  cores: Cores | null
  progress: (text: string) => void
  signal: AbortSignal
}

/** At the beginning of each slice, not measured. */
const LEAD_MS = 50

/**
 * One round of one kind: all peers are started and connected, then take their turns in short slices, A B C … A B C …, and each
 * cycle begins with another one. So what else the machine does meets all alike, and ratios are taken within a cycle.
 */
export async function runRound(records: readonly PeerRecord[], options: RoundOptions): Promise<void> {
  const { kind, round, sliceMs, cycles, rate, rateMs, rateCycles, progress, signal } = options
  const contenders = await openAll(records, options)
  const turn = async (record: PeerRecord, load: Load, durationMs: number, warmUpMs = LEAD_MS) => {
    const contender = contenders.get(record)
    if (!contender || signal.aborted) return null
    try {
      return await contender.slice({ load, warmUpMs, durationMs })
    } catch (error) {
      record.errors.push(`round ${round + 1}: ${messageOf(error)}`)
      contenders.delete(record)
      await contender.close()
      return null
    }
  }
  try {
    for (const record of records) {
      for (const inFlight of IN_FLIGHT) await turn(record, { loop: 'closed', inFlight }, options.warmUpMs)
    }
    for (let cycle = 0; cycle < cycles; cycle++) {
      progress(`${kind}: round ${round + 1}, cycle ${cycle + 1} of ${cycles}`)
      for (const inFlight of IN_FLIGHT) {
        for (const record of rotated(records, cycle + round)) {
          const result = await turn(record, { loop: 'closed', inFlight }, sliceMs)
          if (result) keep(record, inFlight, `${round}/${cycle}`, result)
        }
      }
    }
    for (let cycle = 0; rate > 0 && cycle < rateCycles; cycle++) {
      progress(`${kind}: round ${round + 1}, ${rate} messages/s`)
      for (const record of rotated(records, cycle + round)) {
        const result = await turn(record, { loop: 'open', ratePerS: rate }, rateMs)
        if (result) record.open.push(result)
      }
    }
  } finally {
    await Promise.all([...contenders.values()].map((contender) => contender.close()))
  }
}

async function openAll(records: readonly PeerRecord[], options: RoundOptions): Promise<Map<PeerRecord, Contender>> {
  const { kind, round, clients, payload, cores, settleMs, progress, signal } = options
  const contenders = new Map<PeerRecord, Contender>()
  for (const record of records) {
    if (signal.aborted) break
    progress(`${kind}: round ${round + 1}, ${record.peer.name} connects ${clients} readers`)
    try {
      const contender = await Contender.open(record.peer, {
        kind,
        readers: clients,
        textBytes: payload,
        cores,
        settleMs,
      })
      record.memories.push(contender.memory)
      contenders.set(record, contender)
    } catch (error) {
      record.errors.push(`round ${round + 1}: ${messageOf(error)}`)
    }
  }
  return contenders
}

const rotated = <T>(list: readonly T[], by: number): T[] => list.map((_, i) => list[(i + by) % list.length] as T)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Those of `peers` that serve a kind. */
export const serving = (peers: readonly Peer[], kind: Kind): Peer[] =>
  peers.filter(({ kinds }) => kinds[kind] !== undefined)
