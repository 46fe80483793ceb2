/**
 * Short poll: a client reads the log every intervalMs, start to start. The time at which a message is stored is
 * independent of the client's clock, so it waits uniform(0, intervalMs) for the next read, then passes the last leg.
 * (RFC 6202 section 2 describes the method and gives no figures; these follow from the uniform wait.)
 *
 * Valid while a read costs the server little (see saturation.ts). Latencies hold for Poisson arrivals, and for periodic
 * ones averaged over all phases: a publisher whose period shares a factor with the interval meets only some of them.
 */
import { gapMs, lastLegMs, messagesIn, type LastLeg, type Path } from './path.ts'

export interface Polling {
  /** Messages per second that reach this client. */
  ratePerS: number
  intervalMs: number
}

export interface PollWait extends LastLeg {
  intervalMs: number
}

/** A client waits for an answer before its next poll, so over a long path the interval grows to the path's gap. */
export function effectiveIntervalMs({ intervalMs, ...path }: Path & { intervalMs: number }): number {
  return Math.max(intervalMs, gapMs(path))
}

export function meanMs(wait: PollWait): number {
  return wait.intervalMs / 2 + lastLegMs(wait)
}

/** @param share 0 to 1 */
export function quantileMs(wait: PollWait, share: number): number {
  return share * wait.intervalMs + lastLegMs(wait)
}

export function maxMs(wait: PollWait): number {
  return quantileMs(wait, 1)
}

/** The share of messages, 0 to 1, that arrive within latencyMs. */
export function cdf(wait: PollWait, latencyMs: number): number {
  return Math.min(1, Math.max(0, (latencyMs - lastLegMs(wait)) / wait.intervalMs))
}

/** The poll rate is constant, so requests per message grow as messages get rare. Valid for any arrivals. */
export function requestsPerMessage({ ratePerS, intervalMs }: Polling): number {
  return 1 / messagesIn(ratePerS, intervalMs)
}

/** The share of answers without a message: Poisson arrivals leave an interval empty with e^(−λT). */
export function emptyShare({ ratePerS, intervalMs }: Polling): number {
  return Math.exp(-messagesIn(ratePerS, intervalMs))
}

/** The same for periodic arrivals: if the period exceeds the interval, each message fills one poll and the other polls are empty. */
export function periodicEmptyShare({ ratePerS, intervalMs }: Polling): number {
  return Math.max(0, 1 - messagesIn(ratePerS, intervalMs))
}

/**
 * @param bytes headerBytes: a request and its answer without messages; messageBytes: what one message adds to an
 *   answer, framing included
 */
export function bytesPerMessage(polling: Polling, bytes: { headerBytes: number; messageBytes: number }): number {
  return bytes.headerBytes * requestsPerMessage(polling) + bytes.messageBytes
}
