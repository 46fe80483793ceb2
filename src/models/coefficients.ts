/** What the benchmark measured, and `capacity.ts` predicts from. docs/capacity.md has the reasons. */
import type { TransportName } from '../transports.ts'

export type Arrivals = 'poisson' | 'periodic'

/** Lowest and highest value. */
export type Range = readonly [low: number, high: number]

/** µs of CPU time of the server process, user and system. */
export interface CpuCosts {
  /** For each message with at least one client, beside the cost of publishing. */
  messageUs: number
  /** For each poll, with its empty answer. */
  requestUs: number
  /** For each answer with messages, in addition. */
  answerUs: number
  /** For each short poll at a cold process, or each frame to a cold connection, in addition. */
  coldUs: number
  /** Time constant in which an idle process, or a connection without messages, becomes cold. */
  warmMs: number
  /** For each frame or piece of a stream to one client. */
  frameUs: number
}

/** Bytes above TCP. */
export interface ByteCosts {
  /** Headers of a request, with the request line. */
  requestBytes: number
  /** Headers of an answer without messages. */
  emptyAnswerBytes: number
  /** Headers of an answer with messages. */
  answerBytes: number
  /** What one message adds to a batch: JSON with a text of `payloadBytes`. */
  messageBytes: number
}

export interface TransportCoefficients {
  cpu: CpuCosts
  bytes: ByteCosts
  /** TCP segments, both ways, for each request with its answer; null where they were not counted. */
  segmentsPerRequest: number | null
  /** The same for each frame. */
  segmentsPerFrame: number | null
  /** Memory of the server for each waiting client; null where it was not measured. */
  memoryBytes: number | null
  /** G of a held request without a network: a fixed part, and a part for each client that is answered at the same time. */
  gapMs: number
  gapMsPerClient: number
  range: {
    clients: Range
    ratePerS: Range
    /** null for a push, which sends no requests. */
    requestsPerS: Range | null
    deliveriesPerS: Range
  }
}

/** A prediction for a load that was not used for the fit, beside the measurement. */
export interface CapacityCheck {
  transport: TransportName
  quantity: 'cpu' | 'bytes' | 'memory'
  clients: number
  ratePerS: number
  predicted: number
  /** CPU: share of a core. Bytes: bytes per second above TCP. Memory: bytes resident, the process and all clients. */
  measured: number
}

/** `coefficients.json`. */
export interface Coefficients {
  schemaVersion: 1
  /** ISO 8601: start of the run. */
  measuredAt: string
  environment: { node: string; platform: string; cpu: string; cores: number; commit: string; network: string }
  /** bytes of text in the measured messages */
  payloadBytes: number
  /** Headers of a browser's empty poll and of its answer; null where they were not measured. */
  browserHeaderBytes: number | null
  process: {
    /** CPU time for each published message without clients. */
    publishUs: number
    /** Memory without clients. */
    memoryBytes: number
    /** Open files without clients. */
    files: number
  }
  transports: Partial<Record<TransportName, TransportCoefficients>>
  checks: readonly CapacityCheck[]
}
