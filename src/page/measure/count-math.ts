import type { ByteSplit, Counts } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import type { TransportMode } from '../../client/transports/transport.ts'
import { transports } from '../../client/transports/index.ts'

const difference = (a: ByteSplit, b: ByteSplit): ByteSplit => ({
  headers: a.headers - b.headers,
  framing: a.framing - b.framing,
  payload: a.payload - b.payload,
})

/** What came to be between two readings. */
export const countsSince = (before: Counts, after: Counts): Counts => ({
  requests: after.requests - before.requests,
  polls: after.polls - before.polls,
  empty: after.empty - before.empty,
  frames: after.frames - before.frames,
  opened: after.opened - before.opened,
  delivered: after.delivered - before.delivered,
  up: difference(after.up, before.up),
  down: difference(after.down, before.down),
})

export const sumOf = ({ headers, framing, payload }: ByteSplit): number => headers + framing + payload

/** How a line works, by what has been counted of it: a socket that comes later is there once it has carried something. */
export function modeOf(transport: TransportName, counts: Counts | undefined): TransportMode {
  const traits = transports[transport]
  return traits.before && !counts?.frames ? traits.before : traits
}

/** A socket's frames have no headers: all of its headers are its handshake, and are paid once, not per message. */
export function handshakeBytes(transport: TransportName, counts: Counts): number {
  const { up, down } = counts
  return modeOf(transport, counts).carrier === 'WebSocket' ? up.headers + down.headers : 0
}

/** All bytes, both ways, by the messages that they brought, without a handshake. null before the first message. */
export function bytesPerMessage(transport: TransportName, counts: Counts): number | null {
  const { delivered, up, down } = counts
  if (delivered === 0) return null
  return (sumOf(up) + sumOf(down) - handshakeBytes(transport, counts)) / delivered
}

/** Of the polls that were answered, those that were answered with nothing. null where nothing is asked for again and again. */
export function emptyShare(transport: TransportName, counts: Counts): number | null {
  const { polls, empty } = counts
  return polls === 0 || modeOf(transport, counts).mode === 'streaming' ? null : empty / polls
}
