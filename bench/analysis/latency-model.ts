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

/** Predicted latency of a cell, from the intended moment of publishing, as in the measurement. */
export function latencyModel(
  cell: Cell,
  { gapMs, arrivals, ...lastLeg }: PathMs,
): Partial<Pick<Cell, 'model' | 'modelEcdf'>> {
  const { subject, ratePerS, intervalMs = 0, holdMs = 0, latencyMs } = cell
  const kind = kindOf(subject)
  const holding = { ratePerS, gapMs, holdMs, ...lastLeg }
  const { longPoll } = ARRIVAL_MODELS[arrivals]
  // A client polls again only after its answer.
  const askedEveryMs = Math.max(intervalMs, gapMs)
  const polling = { intervalMs: askedEveryMs, ...lastLeg }
  const curve = (cdf: (ms: number) => number, maxMs: number): [number, number][] =>
    Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
      // Denser near 0, which contains most of a long poll's curve.
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
