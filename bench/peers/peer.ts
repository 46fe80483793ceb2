import type { Kind } from './kinds.ts'
import type { ProtocolName } from './generator/readers/index.ts'

/** How readers of one kind connect to a peer. */
export interface Reading {
  protocol: ProtocolName
  path: string
  /** The first cursor of a reader. It replaces `$C` in `path`. */
  cursor?: string
  /** One header line for each reader. */
  headers?: readonly string[]
}

/** How a message is posted: `$T` stands for its text, `$I` for a unique id. */
export interface Posting {
  path: string
  body: string
  headers?: readonly string[]
}

export interface PeerServer {
  port: number
  /** CPU time and memory of this process and its children are measured. */
  pid: number
  stop: () => Promise<void>
}

export interface Prepared {
  posting?: Posting
  reading?: Partial<Reading>
}

/** A server under comparison. */
export interface Peer {
  name: string
  /** Read from its package. */
  version: () => string
  /** Production settings in use. */
  settings: string
  /** Features of this project that the peer does not have. */
  lacks: string
  kinds: Partial<Record<Kind, Reading>>
  /** A bare server. Ratios are relative to its cost, so it always runs. */
  isControl?: boolean
  /** The command that installs the peer, or null when it is installed. */
  missing?: () => string | null
  start: () => Promise<PeerServer>
  /** Runs before the readers connect. */
  prepare?: (server: PeerServer, kind: Kind, readers: number) => Promise<Prepared>
}

export const BARE_POSTING: Posting = { path: '/messages', body: '{"user":"user42","text":"$T"}' }
