import type { SliceResult } from './generator/slice.ts'
import type { Kind } from './kinds.ts'
import type { Peer } from './peer.ts'

export interface Memory {
  /** Resident bytes before the first connection. */
  idleBytes: number
  /** With all readers connected and nothing sent. */
  connectedBytes: number
}

/** The measurements of one peer at one kind. */
export interface PeerRecord {
  kind: Kind
  peer: Peer
  memories: Memory[]
  /** Not measured, but checked for lost messages. */
  warmUps: SliceResult[]
  /** By messages in flight, then by round and cycle, which pair the slices of different peers. */
  closed: Map<number, Map<string, SliceResult>>
  open: SliceResult[]
  /** Reasons why a slice or a whole round is missing. */
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
