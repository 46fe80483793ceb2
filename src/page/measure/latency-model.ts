import type { Counts } from '../../meter.ts'
import type { AboutLink, TransportName } from '../../protocol.ts'
import type { TransportMode, TransportTuning } from '../../client/transports/transport.ts'
import * as longPoll from '../../models/long-poll.ts'
import { gapMs, type Path } from '../../models/path.ts'
import * as push from '../../models/push.ts'
import * as shortPoll from '../../models/short-poll.ts'
import { modeOf } from './count-math.ts'

/**
 * The median latency in ms of a transport over a link in theory, with a processing time of 0; null for a link without a
 * constant delay, which the models do not cover.
 *
 * @param counts for the bytes of an answer, which the link's bandwidth delays
 * @param ratePerS messages per second, on which the wait of a held request depends
 */
export function modelP50Ms(
  transport: TransportName,
  link: AboutLink | null,
  { intervalMs, holdMs }: TransportTuning,
  counts: Counts,
  ratePerS: number,
): number | null {
  if (!link || link.rttMs === 0) return null
  const { mode } = modeOf(transport, counts)
  const oneWayMs = link.rttMs / 2
  const serviceMs = link.bitsPerSecond === null ? 0 : (bytesPerAnswer(counts, mode) * 8000) / link.bitsPerSecond
  const path: Path = { oneWayDownMs: oneWayMs, oneWayUpMs: oneWayMs, serviceMs, thinkMs: 0 }
  const models = {
    interval: () =>
      shortPoll.quantileMs({ ...path, intervalMs: shortPoll.effectiveIntervalMs({ ...path, intervalMs }) }, 0.5),
    held: () => longPoll.quantileMs({ ...path, gapMs: gapMs(path), holdMs, ratePerS }, 0.5),
    streaming: () => push.meanMs(path),
  }
  return models[mode]()
}

/** Bytes of an answer or a frame with events. Every answer has a head, also an empty one; a frame has none. */
function bytesPerAnswer({ requests, polls, empty, frames, down }: Counts, mode: TransportMode['mode']): number {
  const head = mode === 'streaming' ? 0 : down.headers / Math.max(1, requests)
  return head + (down.framing + down.envelope + down.payload) / Math.max(1, polls - empty + frames)
}
