import type { Coefficients, TransportCoefficients } from '../../src/models/coefficients.ts'

const CPU = { messageUs: 40, requestUs: 0, answerUs: 0, coldUs: 0, warmMs: 0, frameUs: 0 }
const RANGE = { clients: [125, 1000], ratePerS: [0.5, 6], requestsPerS: null, deliveriesPerS: [60, 6000] } as const

const push = (frameUs: number, memoryBytes: number): TransportCoefficients => ({
  cpu: { ...CPU, frameUs },
  bytes: { requestBytes: 0, emptyAnswerBytes: 0, answerBytes: 0, messageBytes: 220 },
  segmentsPerRequest: 0,
  segmentsPerFrame: 1.5,
  memoryBytes,
  gapMs: 0,
  gapMsPerClient: 0,
  range: RANGE,
})

/** Costs as a run of the benchmark could have measured them: round numbers, for tests of what is computed from costs. */
export const sampleCoefficients: Coefficients = {
  schemaVersion: 1,
  measuredAt: '2026-11-20T12:00:00.000Z',
  environment: {
    node: 'v20.20.2',
    platform: 'linux',
    cpu: 'a processor',
    cores: 2,
    commit: 'abcdef0',
    network: 'namespace',
  },
  payloadBytes: 100,
  browserHeaderBytes: 560,
  process: { publishUs: 150, memoryBytes: 60_000_000, files: 25 },
  transports: {
    'short-poll': {
      ...push(0, 9000),
      cpu: { ...CPU, messageUs: 0, requestUs: 30, answerUs: 8, coldUs: 60, warmMs: 2 },
      bytes: { requestBytes: 75, emptyAnswerBytes: 54, answerBytes: 98, messageBytes: 220 },
      segmentsPerRequest: 3,
      segmentsPerFrame: 0,
      range: { ...RANGE, requestsPerS: [125, 1000] },
    },
    'long-poll': {
      ...push(0, 14_000),
      cpu: { ...CPU, requestUs: 60 },
      bytes: { requestBytes: 90, emptyAnswerBytes: 54, answerBytes: 98, messageBytes: 220 },
      segmentsPerRequest: 3,
      segmentsPerFrame: 0,
      gapMs: 2,
      gapMsPerClient: 0.05,
      range: { ...RANGE, requestsPerS: [60, 1000] },
    },
    websocket: push(10, 12_000),
    sse: push(11, 14_000),
    'http-stream': push(11, 14_000),
  },
  checks: [{ transport: 'websocket', quantity: 'cpu', clients: 3000, ratePerS: 4, predicted: 0.12, measured: 0.125 }],
}
