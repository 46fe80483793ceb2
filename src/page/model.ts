import type { AboutLink, TransportName } from '../protocol.ts'
import type { Knobs } from '../client/transport.ts'
import { transports } from '../client/transports/index.ts'
import * as longPoll from '../models/long-poll.ts'
import type { Path } from '../models/path.ts'
import * as push from '../models/push.ts'
import * as shortPoll from '../models/short-poll.ts'

/**
 * ms of the median latency that theory gives a transport over a link, the computers themselves taken as infinitely quick;
 * null where the link only delays now and then, of which the models say nothing.
 *
 * @param ratePerS messages per second: what a held request saves depends on them
 */
export function modelP50Ms(
  transport: TransportName,
  link: AboutLink | null,
  { intervalMs, holdMs }: Knobs,
  ratePerS: number,
): number | null {
  if (!link || link.rttMs === 0) return null
  const oneWayMs = link.rttMs / 2
  const path: Path = { oneWayDownMs: oneWayMs, oneWayUpMs: oneWayMs, serviceMs: 0, thinkMs: 0 }
  const models = {
    interval: () =>
      shortPoll.quantileMs({ ...path, intervalMs: shortPoll.effectiveIntervalMs({ ...path, intervalMs }) }, 0.5),
    held: () => longPoll.quantileMs({ ...path, gapMs: link.rttMs, holdMs, ratePerS }, 0.5),
    streaming: () => push.meanMs(path),
  }
  return models[transports[transport].mode]()
}
