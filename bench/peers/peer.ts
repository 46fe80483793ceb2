import type { Kind } from './kinds.ts'
import type { ProtocolName } from './generator/readers/index.ts'

/** How readers of one kind read from one peer. */
export interface Reading {
  protocol: ProtocolName
  path: string
  /** Where a reader begins; part of `path` where that has a `$C`. */
  cursor?: string
  /** A header line for each reader, or none at all. */
  headers?: readonly string[]
}

/** How a message is posted: `$T` is its text, `$I` an id of its own. */
export interface Posting {
  path: string
  body: string
  headers?: readonly string[]
}

export interface PeerServer {
  port: number
  /** The process whose CPU time and memory are measured, with its children. */
  pid: number
  stop: () => Promise<void>
}

export interface Prepared {
  posting?: Posting
  reading?: Partial<Reading>
}

/** A server that is measured beside ours. */
export interface Peer {
  name: string
  /** Of what is compared: from its package, or from the program itself. */
  version: () => string
  /** The production settings that it runs with. */
  settings: string
  /** What it does not do that ours does. */
  lacks: string
  kinds: Partial<Record<Kind, Reading>>
  /** Does nothing but deliver; ratios are to its cost, so it always runs. */
  isControl?: boolean
  /** null where it can be started; else the command that installs it. */
  missing?: () => string | null
  start: () => Promise<PeerServer>
  /** Before the readers come: who posts, where they begin. */
  prepare?: (server: PeerServer, kind: Kind, readers: number) => Promise<Prepared>
}

export const BARE_POSTING: Posting = { path: '/messages', body: '{"user":"user42","text":"$T"}' }
