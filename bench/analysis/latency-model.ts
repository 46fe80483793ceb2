import { ARRIVAL_MODELS, type Arrivals } from './arrivals-model.ts'
import { kindOf } from './kind.ts'
import * as models from '../../src/models/index.ts'
import type { Cell } from '../report/schema.ts'

interface PathMs {
  serviceMs: number
  oneWayDownMs: number
  gapMs: number
  arrivals: Arrivals
}

const CURVE_POINTS = 100

/** What the model says of a cell's latency: from the publisher's intention on, as it was measured. */
export function latencyModel(
  cell: Cell,
  { gapMs, arrivals, ...lastLeg }: PathMs,
): Partial<Pick<Cell, 'model' | 'modelEcdf'>> {
  const { subject, ratePerS, intervalMs = 0, holdMs = 0, latencyMs } = cell
  const kind = kindOf(subject)
  const holding = { ratePerS, gapMs, holdMs, ...lastLeg }
  const { longPoll } = ARRIVAL_MODELS[arrivals]
  // A client does not ask before it has its answer.
  const askedEveryMs = Math.max(intervalMs, gapMs)
  const polling = { intervalMs: askedEveryMs, ...lastLeg }
  const curve = (cdf: (ms: number) => number, maxMs: number): [number, number][] =>
    Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
      // Denser towards 0, where most of a long poll's curve is.
      const ms = (i / CURVE_POINTS) ** 2 * Math.max(maxMs, latencyMs?.max ?? 0)
      return [ms, cdf(ms)]
    })
  if (kind === 'interval') {
    return {
      model: {
        meanMs: models.shortPoll.meanMs(polling),
        p50Ms: models.shortPoll.quantileMs(polling, 0.5),
        p90Ms: models.shortPoll.quantileMs(polling, 0.9),
        p99Ms: models.shortPoll.quantileMs(polling, 0.99),
        maxMs: models.shortPoll.maxMs(polling),
        requestsPerMessage: models.shortPoll.requestsPerMessage({ ratePerS, intervalMs: askedEveryMs }),
      },
      modelEcdf: curve((ms) => models.shortPoll.cdf(polling, ms), models.shortPoll.maxMs(polling)),
    }
  }
  if (kind === 'held') {
    return {
      model: {
        meanMs: longPoll.meanMs(holding),
        p50Ms: longPoll.quantileMs(holding, 0.5),
        p90Ms: longPoll.quantileMs(holding, 0.9),
        p99Ms: longPoll.quantileMs(holding, 0.99),
        maxMs: longPoll.maxMs(holding),
        requestsPerMessage: longPoll.requestsPerMessage(holding),
      },
      modelEcdf: curve((ms) => longPoll.cdf(holding, ms), longPoll.maxMs(holding)),
    }
  }
  return { model: { meanMs: models.push.meanMs(lastLeg), requestsPerMessage: 0 } }
}
