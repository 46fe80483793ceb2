import type { LinkCounts } from './counts.ts'
import type { LinkProfile, ProfileChoice } from './profile.ts'

export interface ServerAddress {
  host?: string
  port: number
}

export interface LinkOptions {
  /**
   * The server, by default on 127.0.0.1; whether it may be another machine is the caller's to say. It sees the link's
   * address in place of the clients'. Of several servers each takes a connection in turn.
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
  /** What goes wrong in the background: a target that cannot be reached. The client sees a reset. */
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
  /** For bytes that come from now on; those under way keep their delay. Recurring outages begin anew. */
  setProfile(profile: ProfileChoice): void
  /** Resets all connections, and new ones too for so long. A longer cut under way is not shortened. */
  cut(durationMs: number): void
  /** Nothing moves from now on for so long; connections stay. 0 ends a stall. */
  stall(durationMs: number): void
  /** Resets all connections; new ones are welcome. */
  reset(): void
  /**
   * On: bytes, ends and resets vanish, on connections that are open and on new ones (the other half never learns).
   * Off: new connections work. Those that were silenced stay silent until both peers give up: in TCP nothing can come
   * through after bytes that did not. While silent, bytes are read and thrown away, so senders feel no back-pressure.
   */
  silence(on: boolean): void
  /** Closes everything; settles once no socket or timer is left. */
  close(): Promise<void>
}

/** The servers, one or several. */
export const targetsOf = ({ to }: Pick<LinkOptions, 'to'>): readonly ServerAddress[] => ('port' in to ? [to] : to)
