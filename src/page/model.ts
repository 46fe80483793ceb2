import type { Counts } from '../meter.ts'
import type { AboutLink, TransportName } from '../protocol.ts'
import type { Knobs } from '../client/transport.ts'
import * as longPoll from '../models/long-poll.ts'
import { gapMs, type Path } from '../models/path.ts'
import * as push from '../models/push.ts'
import * as shortPoll from '../models/short-poll.ts'
import { carriageOf, sumOf } from './counts.ts'

/**
 * ms of the median latency that theory gives a transport over a link, the computers themselves taken as infinitely quick;
 * null where the link only delays now and then, of which the models say nothing.
 *
 * @param counts since `ms` ago: how often something comes is what a held request's wait depends on, and how much of it,
 *   what the link's bandwidth adds
 */
export function modelP50Ms(
  transport: TransportName,
  link: AboutLink | null,
  { intervalMs, holdMs }: Knobs,
  counts: Counts,
  ms: number,
): number | null {
  if (!link || link.rttMs === 0) return null
  const oneWayMs = link.rttMs / 2
  const serviceMs = link.bitsPerSecond === null ? 0 : (bytesPerAnswer(counts) * 8000) / link.bitsPerSecond
  const path: Path = { oneWayDownMs: oneWayMs, oneWayUpMs: oneWayMs, serviceMs, thinkMs: 0 }
  const ratePerS = (counts.delivered / Math.max(1, ms)) * 1000
  const models = {
    interval: () =>
      shortPoll.quantileMs({ ...path, intervalMs: shortPoll.effectiveIntervalMs({ ...path, intervalMs }) }, 0.5),
    held: () => longPoll.quantileMs({ ...path, gapMs: gapMs(path), holdMs, ratePerS }, 0.5),
    streaming: () => push.meanMs(path),
  }
  return models[carriageOf(transport, counts).mode]()
}

/** Of an answer, or of a frame, that brings something. */
function bytesPerAnswer({ polls, empty, frames, down }: Counts): number {
  return sumOf(down) / Math.max(1, polls - empty + frames)
}
