import type { LinkCounts } from './counts.ts'
import type { LinkProfile, ProfileChoice } from './profile.ts'

export interface ServerAddress {
  host?: string
  port: number
}

export interface LinkOptions {
  /**
   * The server, by default on 127.0.0.1. The server sees the link's address instead of the clients'. Several servers get
   * connections in turn.
   */
  to: ServerAddress | readonly ServerAddress[]
  /** Where to listen; 0 = any free port (default). */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** Default `local`. */
  profile?: ProfileChoice
  /** The same seed and the same traffic give the same jitter and slices. Default 1. */
  seed?: number
  /** Background errors: a target that cannot be reached (the client sees a reset), or a failure of the listening socket. */
  onError?: (error: Error, context: { stage: 'dial' | 'listen'; connection: number | null }) => void
}

/** Durations are in ms, 0 to 3,600,000; another value throws a RangeError and changes nothing. */
export interface Link {
  readonly host: string
  readonly port: number
  /** `http://host:port` */
  readonly url: string
  /** The profile in force, complete. */
  readonly profile: Readonly<LinkProfile>
  /** Connections open now. */
  readonly connections: number
  /** A snapshot. */
  readonly counts: LinkCounts
  /** Applies to bytes that arrive from now on; queued bytes keep their delay. Recurring outages start again. */
  setProfile(profile: ProfileChoice): void
  /** Resets all connections, and new ones for this time. A longer cut in progress is not shortened. */
  cut(durationMs: number): void
  /** No byte moves for this time; connections stay open. 0 ends a stall. */
  stall(durationMs: number): void
  /** Resets all connections; new ones are accepted. */
  reset(): void
  /**
   * On: bytes, ends and resets are dropped, on open and on new connections.
   * Off: new connections work. Silenced connections stay silent until both peers close: in TCP no byte can arrive after
   * lost ones. In silence, bytes are read and dropped, so senders feel no back-pressure.
   */
  silence(on: boolean): void
  /** Closes all connections and the port. Settles once no socket or timer is left. */
  close(): Promise<void>
}

/** The servers, one or several. */
export const targetsOf = ({ to }: Pick<LinkOptions, 'to'>): readonly ServerAddress[] => ('port' in to ? [to] : to)
