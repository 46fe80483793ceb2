import * as models from '../../src/models/index.ts'
import type { Parameters } from '../report/schema.ts'

export type Arrivals = Parameters['arrivals']

/** The models that depend on the arrivals of messages, for each value of `--arrivals`. */
export const ARRIVAL_MODELS = {
  poisson: {
    longPoll: models.longPoll,
    shortPollEmptyShare: models.shortPoll.emptyShare,
    requestsCrossingPerS: models.crossovers.requestsPerS,
  },
  periodic: {
    longPoll: models.longPollPeriodic,
    shortPollEmptyShare: models.shortPoll.periodicEmptyShare,
    requestsCrossingPerS: models.crossovers.periodicRequestsPerS,
  },
} as const satisfies Record<Arrivals, unknown>
