import type { AboutLink, TransportName } from '../../protocol.ts'
import { TRANSPORT_TRAITS } from '../../transports.ts'
import type { TransportTuning } from '../../client/transports/transport.ts'
import { DIRECT } from '../network/links.ts'

/** What is chosen for a connection, and changes its cost. */
export interface Conditions {
  /** Of the link. */
  profile: string
  /** Bytes of a header that each request has in addition. */
  paddingBytes: number
  /** ms from poll to poll, or for which a request may be held; null where the transport does neither. */
  waitMs: number | null
}

export function conditionsOf(
  transport: TransportName,
  link: AboutLink | null,
  { intervalMs, holdMs }: TransportTuning,
  paddingBytes: number,
): Conditions {
  const waitsMs = { interval: intervalMs, held: holdMs, streaming: null }
  return { profile: link?.profile ?? DIRECT, paddingBytes, waitMs: waitsMs[TRANSPORT_TRAITS[transport].mode] }
}
