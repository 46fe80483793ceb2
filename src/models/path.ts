/** Where the time of one exchange goes, of a client that asks. Each leg is constant: jitter is not modelled. */
export interface Path {
  oneWayDownMs: number
  oneWayUpMs: number
  /** From the look into the log to the answer's last byte given to the kernel. */
  serviceMs: number
  /** From the answer at the client to its next question, when it asks at once. */
  thinkMs: number
}

/** The part of the path that every delivery passes, whatever the transport. */
export type LastLeg = Pick<Path, 'oneWayDownMs' | 'serviceMs'>

/** The latency that no transport can be under, from "stored at the server" to "in the client's hands". */
export function lastLegMs({ oneWayDownMs, serviceMs }: LastLeg): number {
  return serviceMs + oneWayDownMs
}

/**
 * G, from one look into the log to the next one by a client that asks again at once: the answer is made (serviceMs),
 * travels down, is taken in (thinkMs), and the next question travels up. What is stored meanwhile has to wait.
 *
 * Measured at the server it begins where the batch is taken: "response end → next poll" leaves serviceMs out.
 */
export function gapMs({ oneWayDownMs, oneWayUpMs, serviceMs, thinkMs }: Path): number {
  return serviceMs + oneWayDownMs + thinkMs + oneWayUpMs
}

/** How many messages of a rate are to be expected within a time. */
export function messagesIn(ratePerS: number, ms: number): number {
  return (ratePerS * ms) / 1000
}
