import { isTransport, TRANSPORT_TRAITS, type TransportTraits } from '../../src/transports.ts'

/** The second group of a transport in a latency cell, which shows what the rig itself adds. */
const CONTROL = /-again$/

/**
 * The rule by which a subject's messages are late: the mode of its transport.
 *
 * @throws RangeError for a subject that is no transport, as its mode is not known
 */
export function kindOf(subject: string): TransportTraits['mode'] {
  const name = subject.replace(CONTROL, '')
  if (!isTransport(name)) throw new RangeError(`${subject} is no transport`)
  return TRANSPORT_TRAITS[name].mode
}
