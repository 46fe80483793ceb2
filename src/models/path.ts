/** The parts of the time of one request and its answer. Each leg is constant: jitter is not modelled. */
export interface Path {
  oneWayDownMs: number
  oneWayUpMs: number
  /** From the read of the log to the answer's last byte given to the kernel. */
  serviceMs: number
  /** From the answer at the client to its next request, when there is no pause. */
  thinkMs: number
}

/** The part of the path that every delivery passes, whatever the transport. */
export type LastLeg = Pick<Path, 'oneWayDownMs' | 'serviceMs'>

/** The least latency of any transport, from "stored at the server" to "received by the client". */
export function lastLegMs({ oneWayDownMs, serviceMs }: LastLeg): number {
  return serviceMs + oneWayDownMs
}

/**
 * G, from one read of the log to the next for a client without a pause: the answer is made (serviceMs), travels down, is
 * processed (thinkMs), and the next request travels up. Messages stored during this time wait.
 *
 * At the server it begins where the batch is read: "response end → next poll" leaves serviceMs out.
 */
export function gapMs({ oneWayDownMs, oneWayUpMs, serviceMs, thinkMs }: Path): number {
  return serviceMs + oneWayDownMs + thinkMs + oneWayUpMs
}

/** The expected number of messages in a time. */
export function messagesIn(ratePerS: number, ms: number): number {
  return (ratePerS * ms) / 1000
}
