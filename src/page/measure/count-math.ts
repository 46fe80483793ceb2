import { totalBytes, type ByteSplit, type Counts } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import type { TransportMode } from '../../client/transports/transport.ts'
import { transports } from '../../client/transports/index.ts'

const difference = (a: ByteSplit, b: ByteSplit): ByteSplit => ({
  headers: a.headers - b.headers,
  framing: a.framing - b.framing,
  envelope: a.envelope - b.envelope,
  payload: a.payload - b.payload,
})

/** The counts between two readings. */
export const countsSince = (before: Counts, after: Counts): Counts => ({
  requests: after.requests - before.requests,
  polls: after.polls - before.polls,
  empty: after.empty - before.empty,
  frames: after.frames - before.frames,
  opened: after.opened - before.opened,
  delivered: after.delivered - before.delivered,
  opening: after.opening - before.opening,
  up: difference(after.up, before.up),
  down: difference(after.down, before.down),
})

export const sumOf = totalBytes

/** How a connection works now. A transport that upgrades to a socket has done so once frames are counted. */
export function modeOf(transport: TransportName, counts: Counts | undefined): TransportMode {
  const traits = transports[transport]
  return traits.before && !counts?.frames ? traits.before : traits
}

/**
 * Bytes that open a connection which then stays open: they occur once, not per message. Frames of a socket have no headers, so
 * the header bytes of a transport with a socket are all opening, including its polls before the socket.
 */
export function openingBytes(transport: TransportName, counts: Counts): number {
  const { up, down, opening } = counts
  return modeOf(transport, counts).carrier === 'WebSocket' ? up.headers + down.headers : opening
}

/** All bytes, both directions, without openings, divided by the messages delivered. null before the first message. */
export function bytesPerMessage(transport: TransportName, counts: Counts): number | null {
  const { delivered, up, down } = counts
  if (delivered === 0) return null
  return (sumOf(up) + sumOf(down) - openingBytes(transport, counts)) / delivered
}

/** Bytes of text in a message that was delivered, on average; 0 before the first message. */
export const textBytesOf = ({ delivered, up, down }: Counts): number =>
  delivered === 0 ? 0 : (up.payload + down.payload) / delivered

/** The share of answered polls whose answer was empty. null for a transport that does not poll. */
export function emptyShare(transport: TransportName, counts: Counts): number | null {
  const { polls, empty } = counts
  return polls === 0 || modeOf(transport, counts).mode === 'streaming' ? null : empty / polls
}
