import { TRANSPORTS, transportsThat, type TransportName } from '../../src/transports.ts'
import type { Parameters } from '../report/schema.ts'

/** How long each piece of the suite takes, in ms of publishing, and how often it is repeated. */
export interface Durations {
  transports: Covered
  latencyMs: number
  /** `blocks` servers for each transport, in turn; each measured for windowMs, in `parts`. */
  overhead: { blocks: number; parts: number; windowMs: number }
  rates: { perS: readonly number[]; windowMs: number }
  rttMs: number
  httpS: number
  sweep: { perS: readonly number[]; windowMs: number; clients: number }
  memory: MemorySteps
  http2Ms: number
  deflate: { clients: number; windowMs: number }
  /** For measuring again what was not valid. */
  repeatMs: number
}

/** At which numbers of clients memory is read: `first`, and then `steps` times `step` more. */
export interface MemorySteps {
  first: number
  step: number
  steps: number
}

/** Which transports a scenario covers, by what one more of them costs. `--transports` names others for all scenarios. */
export interface Covered {
  /** All in one room at once: one more costs no time. */
  together: readonly TransportName[]
  /** One after the other, in blocks: one more costs as long again. */
  apart: readonly TransportName[]
  /** One after the other, at each of many rates. */
  curves: readonly TransportName[]
}

/**
 * The three that differ in principle: ask, ask and be held, be told. The others are variations of these, whose place is known
 * once their bytes and their latency are: a stream pushes as a socket does, a snapshot is a short poll that is sent more.
 */
export const BASIC = transportsThat(({ isBasic }) => isBasic === true)

export const DURATIONS: Record<Parameters['profile'], Durations> = {
  quick: {
    transports: { together: BASIC, apart: BASIC, curves: BASIC },
    latencyMs: 1500,
    overhead: { blocks: 1, parts: 4, windowMs: 600 },
    rates: { perS: [6, 24], windowMs: 400 },
    rttMs: 1500,
    httpS: 0.4,
    sweep: { perS: [100], windowMs: 300, clients: 50 },
    memory: { first: 500, step: 250, steps: 6 },
    http2Ms: 400,
    deflate: { clients: 50, windowMs: 1000 },
    repeatMs: 0,
  },
  default: {
    transports: { together: [...BASIC, 'sse'], apart: BASIC, curves: BASIC },
    latencyMs: 6500,
    overhead: { blocks: 2, parts: 5, windowMs: 1500 },
    rates: { perS: [3, 8, 20, 48], windowMs: 800 },
    rttMs: 4500,
    httpS: 1,
    sweep: { perS: [50, 300], windowMs: 400, clients: 100 },
    memory: { first: 500, step: 500, steps: 4 },
    http2Ms: 1500,
    deflate: { clients: 500, windowMs: 4000 },
    repeatMs: 2000,
  },
  full: {
    transports: { together: TRANSPORTS, apart: TRANSPORTS, curves: BASIC },
    latencyMs: 60_000,
    overhead: { blocks: 5, parts: 10, windowMs: 5000 },
    rates: { perS: [1, 2.5, 5, 7.5, 10, 15, 20, 30, 40, 80, 160], windowMs: 5000 },
    rttMs: 60_000,
    httpS: 10,
    sweep: { perS: [25, 50, 100, 200, 400, 800], windowMs: 3000, clients: 200 },
    memory: { first: 1000, step: 1000, steps: 9 },
    http2Ms: 5000,
    deflate: { clients: 500, windowMs: 15_000 },
    repeatMs: 120_000,
  },
}
