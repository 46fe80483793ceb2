/**
 * The TCP link emulator: a relay in front of a server that emulates the network between client and server.
 *
 * Emulated: bytes, their order and their number; one-way delay, jitter and a shared bandwidth; the round trip of a new
 * connection; half-close, resets, silence; back-pressure.
 *
 * Not emulated:
 * - TCP loss. The relay works above TCP, where a lost segment is visible only as a stall: `stall`, `stallEveryMs`.
 * - Slow start and congestion. Without a bandwidth, one direction of a connection carries 1 MiB per one-way delay.
 * - A refused connection. The relay keeps its port during a cut, so the kernel accepts a new connection, which is then reset.
 *   (Node reports a reset that follows unread bytes as an orderly end.)
 * - The kernel's socket buffers, several MiB on loopback: a sender feels back-pressure only once they are full, too.
 */
import { completeProfile } from './profile.ts'
import { checkField, PORT_RANGE, SEED_RANGE } from './range.ts'
import { Relay } from './relay.ts'
import { targetsOf, type Link, type LinkOptions } from './types.ts'

export type { ConnectionCounts, DirectionCounts, LinkCounts } from './counts.ts'
export { type LinkProfile, PROFILE_NAMES, type ProfileChoice, type ProfileName, PROFILES } from './profile.ts'

export type { Link, LinkOptions } from './types.ts'

/**
 * Opens a link. The target is not contacted before a client connects.
 *
 * @throws RangeError for a value out of range; the error of listening, such as EADDRINUSE
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
