import type { Counts } from '../../meter.ts'
import type { AboutLink, TransportName } from '../../protocol.ts'
import type { TransportMode, TransportTuning } from '../../client/transports/transport.ts'
import * as longPoll from '../../models/long-poll.ts'
import { gapMs, type Path } from '../../models/path.ts'
import * as push from '../../models/push.ts'
import * as shortPoll from '../../models/short-poll.ts'
import { modeOf } from './count-math.ts'

/**
 * ms of the median latency that theory gives a transport over a link, the computers themselves taken as infinitely quick;
 * null where the link only delays now and then, of which the models say nothing.
 *
 * @param counts how much came, which is what the link's bandwidth adds
 * @param ratePerS how often something comes, which is what a held request's wait depends on
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

/** Of an answer, or of a frame, that brings something. Every answer has a head, an empty one too; a frame has none. */
function bytesPerAnswer({ requests, polls, empty, frames, down }: Counts, mode: TransportMode['mode']): number {
  const head = mode === 'streaming' ? 0 : down.headers / Math.max(1, requests)
  return head + (down.framing + down.payload) / Math.max(1, polls - empty + frames)
}
