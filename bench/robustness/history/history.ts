/**
 * What clients of a run saw, in the order in which they saw it. All clients of a run share one clock: `atMs` counts from the
 * start of the run.
 */
import type { Cursor } from '../../../src/protocol.ts'

interface Timed {
  atMs: number
}

/** An event that a client was given. `epoch` is that of the cursor of its batch. */
export interface Delivered extends Timed {
  kind: 'delivered'
  epoch: string
  seq: number
  id: string
  type: string
  /** Of messages: text, and member ids of author and recipient. */
  text?: string
  from?: string
  to?: string
}

export interface Sent extends Timed {
  kind: 'sent'
  id: string
  text: string
  /** Member id of the recipient of a private text. */
  to?: string
}

export interface Acknowledged extends Timed {
  kind: 'acknowledged'
  id: string
  seq: number
}

export type Entry =
  /** A membership begins. Events after the cursor follow. */
  | (Timed & { kind: 'joined'; memberId: string; cursor: Cursor })
  | (Timed & { kind: 'switched'; to: string })
  | Sent
  | Acknowledged
  | (Timed & { kind: 'refused'; id: string; why: string })
  /** The client was told of a gap. `isEmpty`: no event came with the reset. */
  | (Timed & { kind: 'reset'; cursor: Cursor; isEmpty: boolean })
  | Delivered
  /** The server has ended the membership. */
  | (Timed & { kind: 'ended'; why: string })
  | (Timed & { kind: 'left' })
  /** The run is over, and the client has read up to this cursor. */
  | (Timed & { kind: 'settled'; cursor: Cursor })

export interface ClientHistory {
  client: string
  entries: Entry[]
}

export interface Fault extends Timed {
  what: string
}

export interface History {
  clients: ClientHistory[]
  faults: Fault[]
}

/** Epoch and position of a cursor, `<epoch>.<seq>`. */
export function positionOf(cursor: Cursor): { epoch: string; seq: number } {
  const [epoch = '', seq = ''] = cursor.split('.')
  return { epoch, seq: Number(seq) }
}

/** Ids of all members that a client has been, in the order of its memberships. */
export const memberIdsOf = ({ entries }: ClientHistory): string[] =>
  entries.flatMap((entry) => (entry.kind === 'joined' ? [entry.memberId] : []))
