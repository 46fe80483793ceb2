import { TRANSPORTS, transportsThat, type TransportName } from '../../src/transports.ts'
import type { Parameters } from '../report/schema.ts'

/** The length of each part of the suite, in ms of publishing, and the number of repetitions. */
export interface Durations {
  transports: TransportSets
  latencyMs: number
  /** `blocks` servers for each transport, alternating; each is measured for windowMs, in `parts`. */
  overhead: { blocks: number; parts: number; windowMs: number }
  rates: { perS: readonly number[]; windowMs: number }
  rttMs: number
  httpS: number
  sweep: { perS: readonly number[]; windowMs: number; clients: number }
  memory: MemorySteps
  http2Ms: number
  deflate: { clients: number; windowMs: number }
  capacity: CapacitySteps
  /** Budget for repeating windows that are not valid. */
  repeatMs: number
}

/** Numbers of clients at which memory is read: `first`, and then `steps` times `step` more. */
export interface MemorySteps {
  first: number
  step: number
  steps: number
}

/**
 * Costs are measured with each number of `clients`, ascending, in a window of at least windowMs for each rate, and with `check`.
 * Each of the `rounds` measures all transports, with new servers: neither a slow minute of the machine nor the luck of one
 * process falls on one transport alone.
 */
export interface CapacitySteps {
  clients: readonly number[]
  check: number
  rounds: number
  windowMs: number
  blocks: number
  /** Memory is read whenever this number of clients has been added. */
  memoryStep: number
}

/** The transports of the scenarios, by the time that one more transport takes. `--transports` replaces all three sets. */
export interface TransportSets {
  /** All in one room at the same time: one more takes no more time. */
  together: readonly TransportName[]
  /** One after another, in blocks. */
  apart: readonly TransportName[]
  /** One after another, at each of several rates. */
  curves: readonly TransportName[]
  /** One after another, with several numbers of clients. */
  capacity: readonly TransportName[]
}

/**
 * The three transports that differ in principle: poll, held poll, push. The others are variations: a stream pushes as a
 * WebSocket does, and a snapshot poll is a short poll with a larger answer.
 */
export const BASIC = transportsThat(({ isBasic }) => isBasic === true)

/** The transports of the page's first row. */
const COMMON = transportsThat(({ isCommon }) => isCommon === true)

export const DURATIONS: Record<Parameters['profile'], Durations> = {
  quick: {
    transports: { together: BASIC, apart: BASIC, curves: BASIC, capacity: BASIC },
    latencyMs: 1500,
    overhead: { blocks: 1, parts: 4, windowMs: 600 },
    rates: { perS: [6, 24], windowMs: 400 },
    rttMs: 1500,
    httpS: 0.4,
    sweep: { perS: [100], windowMs: 300, clients: 50 },
    memory: { first: 500, step: 250, steps: 6 },
    http2Ms: 400,
    deflate: { clients: 50, windowMs: 1000 },
    capacity: {
      clients: [25, 50, 100],
      check: 300,
      rounds: 1,
      windowMs: 1000,
      blocks: 2,
      memoryStep: 25,
    },
    repeatMs: 0,
  },
  default: {
    transports: { together: [...BASIC, 'sse'], apart: BASIC, curves: BASIC, capacity: COMMON },
    latencyMs: 6500,
    overhead: { blocks: 2, parts: 5, windowMs: 1500 },
    rates: { perS: [3, 8, 20, 48], windowMs: 800 },
    rttMs: 4500,
    httpS: 1,
    sweep: { perS: [50, 300], windowMs: 400, clients: 100 },
    memory: { first: 500, step: 500, steps: 4 },
    http2Ms: 1500,
    deflate: { clients: 500, windowMs: 4000 },
    capacity: {
      clients: [125, 250, 500, 1000],
      check: 3000,
      rounds: 4,
      windowMs: 2000,
      blocks: 2,
      memoryStep: 200,
    },
    repeatMs: 2000,
  },
  full: {
    transports: { together: TRANSPORTS, apart: TRANSPORTS, curves: BASIC, capacity: COMMON },
    latencyMs: 60_000,
    overhead: { blocks: 5, parts: 10, windowMs: 5000 },
    rates: { perS: [1, 2.5, 5, 7.5, 10, 15, 20, 30, 40, 80, 160], windowMs: 5000 },
    rttMs: 60_000,
    httpS: 10,
    sweep: { perS: [25, 50, 100, 200, 400, 800], windowMs: 3000, clients: 200 },
    memory: { first: 1000, step: 1000, steps: 9 },
    http2Ms: 5000,
    deflate: { clients: 500, windowMs: 15_000 },
    capacity: {
      clients: [125, 250, 500, 1000],
      check: 3000,
      rounds: 5,
      windowMs: 4000,
      blocks: 4,
      memoryStep: 200,
    },
    repeatMs: 120_000,
  },
}
