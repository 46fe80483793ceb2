import type { Parameters } from './report/schema.ts'

/** How long each piece of the suite takes, in ms of publishing, and how often it is repeated. */
export interface Durations {
  latencyMs: number
  overhead: { blocks: number; windows: number; windowMs: number }
  rates: { perS: readonly number[]; windowMs: number }
  rttMs: number
  httpS: number
  sweep: { perS: readonly number[]; windowMs: number; clients: number }
  memoryClients: number
  /** For measuring again what was not valid. */
  repeatMs: number
}

export const DURATIONS: Record<Parameters['profile'], Durations> = {
  quick: {
    latencyMs: 4000,
    overhead: { blocks: 1, windows: 3, windowMs: 500 },
    rates: { perS: [4, 20], windowMs: 700 },
    rttMs: 3000,
    httpS: 1,
    sweep: { perS: [50, 200], windowMs: 400, clients: 50 },
    memoryClients: 300,
    repeatMs: 0,
  },
  default: {
    latencyMs: 9000,
    overhead: { blocks: 2, windows: 3, windowMs: 600 },
    rates: { perS: [3, 6, 12, 24, 48], windowMs: 1000 },
    rttMs: 7000,
    httpS: 1.5,
    sweep: { perS: [50, 150, 400], windowMs: 500, clients: 100 },
    memoryClients: 500,
    repeatMs: 8000,
  },
  full: {
    latencyMs: 60_000,
    overhead: { blocks: 5, windows: 4, windowMs: 2500 },
    rates: { perS: [1, 2.5, 5, 7.5, 10, 15, 20, 30, 40, 80, 160], windowMs: 5000 },
    rttMs: 60_000,
    httpS: 10,
    sweep: { perS: [25, 50, 100, 200, 400, 800], windowMs: 3000, clients: 200 },
    memoryClients: 3000,
    repeatMs: 120_000,
  },
}
