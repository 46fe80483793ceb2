import type { SliceResult } from './generator/slice.ts'
import type { Kind } from './kinds.ts'
import type { Peer } from './peer.ts'

export interface Memory {
  /** With nobody connected. */
  idleBytes: number
  /** With all readers connected and nothing sent. */
  connectedBytes: number
}

/** All that was seen of one peer at one kind, by round and cycle. */
export interface PeerRecord {
  kind: Kind
  peer: Peer
  memories: Memory[]
  /** Not measured, but nothing may be lost in them either. */
  warmUps: SliceResult[]
  /** By messages under way, then by cycle: the same key is the same moment for all peers. */
  closed: Map<number, Map<string, SliceResult>>
  open: SliceResult[]
  /** What could not be measured at all. */
  errors: string[]
}

export const recordOf = (kind: Kind, peer: Peer): PeerRecord => ({
  kind,
  peer,
  memories: [],
  warmUps: [],
  closed: new Map(),
  open: [],
  errors: [],
})

export function keep(record: PeerRecord, inFlight: number, cycle: string, result: SliceResult): void {
  const cycles = record.closed.get(inFlight) ?? new Map<string, SliceResult>()
  cycles.set(cycle, result)
  record.closed.set(inFlight, cycles)
}
