/**
 * The TCP link emulator: a real relay in front of a real server, in which the network between two peers is emulated.
 *
 * What it is true to: bytes, their order and their number; one-way delay, jitter and a shared bandwidth; the round trip
 * that a new connection costs; half-close, resets, silence; back-pressure.
 *
 * What it leaves out, and why:
 * - TCP loss. It works above TCP, where a lost segment shows only as a stall: `stall`, `stallEveryMs`.
 * - Slow start and congestion. Without a bandwidth, one direction of a connection carries 1 MiB per one-way delay.
 * - A connection refused. The port stays ours in a cut, so a new connection is accepted by the kernel and then reset.
 *   (A peer written in Node takes a reset for an orderly end when it finds it behind unread bytes: Node's own doing.)
 * - The kernel's own socket buffers, several MiB on loopback: a sender feels back-pressure only once they are full too.
 */
import type { LinkCounts } from './counts.ts'
import { completeProfile, type LinkProfile, type ProfileChoice } from './profile.ts'
import { checkRange } from './range.ts'
import { Relay } from './relay.ts'

export type { ConnectionCounts, DirectionCounts, LinkCounts } from './counts.ts'
export { type LinkProfile, PROFILE_NAMES, type ProfileChoice, type ProfileName, PROFILES } from './profile.ts'

export interface LinkOptions {
  /** The server, by default on 127.0.0.1; whether it may be elsewhere is the caller's to say. It sees the link as client. */
  to: { host?: string; port: number }
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

const PORT = { min: 0, max: 65_535, unit: '', whole: true }
const SEED = { min: 0, max: 2 ** 32 - 1, unit: '', whole: true }

/**
 * Opens a link. Throws a RangeError for a value out of range, and the error of listening (EADDRINUSE, …) as it is.
 * The target is not contacted before a client connects.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { port = 0, host = '127.0.0.1', seed = 1 } = options
  checkRange('to.port', options.to.port, { ...PORT, min: 1 })
  checkRange('port', port, PORT)
  checkRange('seed', seed, SEED)
  const relay = new Relay({ ...options, seed }, completeProfile(options.profile ?? 'local'))
  await relay.listen(port, host)
  return relay
}
