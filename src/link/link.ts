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
import { completeProfile } from './profile.ts'
import { checkField, PORT_RANGE, SEED_RANGE } from './range.ts'
import { Relay } from './relay.ts'
import { targetsOf, type Link, type LinkOptions } from './types.ts'

export type { ConnectionCounts, DirectionCounts, LinkCounts } from './counts.ts'
export { type LinkProfile, PROFILE_NAMES, type ProfileChoice, type ProfileName, PROFILES } from './profile.ts'

export type { Link, LinkOptions } from './types.ts'

/**
 * Opens a link. Throws a RangeError for a value out of range, and the error of listening (EADDRINUSE, …) as it is.
 * The target is not contacted before a client connects.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { port = 0, host = '127.0.0.1', seed = 1 } = options
  for (const to of targetsOf(options)) checkField('to.port', to.port, { ...PORT_RANGE, min: 1 })
  checkField('port', port, PORT_RANGE)
  checkField('seed', seed, SEED_RANGE)
  const relay = new Relay({ ...options, seed }, completeProfile(options.profile ?? 'local'))
  await relay.listen(port, host)
  return relay
}
