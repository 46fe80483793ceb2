/** The coefficients of capacity.ts, fitted to what was measured. */
import { TRANSPORT_TRAITS, type TransportName } from '../transports.ts'
import { CURSOR_BYTES, messageBytesOf, SEGMENT_BYTES, coldShare } from './capacity.ts'
import type { Arrivals, Range, TransportCoefficients } from './coefficients.ts'
import { envelopeBytes } from './framing.ts'
import { errorOf, fitCosts, withoutOutliers } from './least-squares.ts'

/** One load of one transport, as it was measured: everything but `clients` is per second, by all clients together. */
export interface CapacityObservation {
  clients: number
  /** Messages published. */
  ratePerS: number
  requestsPerS: number
  /** Answers with messages. */
  answersPerS: number
  framesPerS: number
  deliveriesPerS: number
  /** Share of one core. */
  utilisation: number
  bytes: {
    upHeaders: number
    downHeaders: number
    /** Both ways, without headers. */
    body: number
    /** With TCP/IP, without the publisher's; null where it was not counted. */
    wire: number | null
  } | null
  /** G of held requests, at the server; null where none was repeated. */
  gapMs: number | null
}

const US_PER_S = 1e6

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const rangeOf = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)]

/**
 * @param publishUs CPU time for each message without clients; where it is not known, 0: `messageUs` then includes it
 * @param memoryBytes for each client, from its own measurement
 * @param arrivals of the measured messages
 * @throws RangeError without observations
 */
export function fitTransport(
  transport: TransportName,
  observations: readonly CapacityObservation[],
  { publishUs, memoryBytes, arrivals }: { publishUs: number; memoryBytes: number | null; arrivals: Arrivals },
): TransportCoefficients {
  const isPush = TRANSPORT_TRAITS[transport].mode === 'streaming'
  return {
    cpu: cpuOf(transport, observations, publishUs, arrivals),
    bytes: bytesOf(transport, observations),
    ...segmentsOf(observations, isPush),
    memoryBytes,
    ...gapOf(observations),
    range: {
      clients: rangeOf(observations.map(({ clients }) => clients)),
      ratePerS: rangeOf(observations.map(({ ratePerS }) => ratePerS)),
      requestsPerS: isPush ? null : rangeOf(observations.map(({ requestsPerS }) => requestsPerS)),
      deliveriesPerS: rangeOf(observations.map(({ deliveriesPerS }) => deliveriesPerS)),
    },
  }
}

function cpuOf(
  transport: TransportName,
  observations: readonly CapacityObservation[],
  publishUs: number,
  arrivals: Arrivals,
): TransportCoefficients['cpu'] {
  const { mode } = TRANSPORT_TRAITS[transport]
  const none = { messageUs: 0, requestUs: 0, answerUs: 0, coldUs: 0, warmMs: 0, frameUs: 0 }
  const measured = observations.map((one) => ({ ...one, us: one.utilisation * US_PER_S - publishUs * one.ratePerS }))
  // A load whose cost is not above that of publishing says nothing about clients.
  const usable = measured.filter(({ us }) => us > 0)
  if (usable.length === 0) return none
  if (mode === 'streaming') {
    return closest(PUSH_WARM_MS, usable, none, (one, warmMs) => ({
      messageUs: one.ratePerS,
      frameUs: one.framesPerS,
      coldUs: one.framesPerS * coldShare(one.ratePerS, warmMs, arrivals),
    }))
  }
  if (mode === 'held') {
    // All held requests are answered at once, so few of the polls that follow find the process idle: as with a push, it is the
    // connection that is cold.
    return closest(PUSH_WARM_MS, usable, none, (one, warmMs) => ({
      messageUs: one.ratePerS,
      requestUs: one.requestsPerS,
      coldUs: one.requestsPerS * coldShare(one.ratePerS, warmMs, arrivals),
    }))
  }
  return closest(POLL_WARM_MS, usable, none, (one, warmMs) => ({
    requestUs: one.requestsPerS,
    answerUs: one.answersPerS,
    coldUs: one.requestsPerS * coldShare(one.requestsPerS, warmMs),
  }))
}

const POLL_WARM_MS = [0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24] as const
/** With a shorter time every measured frame would be to a cold connection. */
const PUSH_WARM_MS = [150, 200, 250, 400, 600] as const

type Costs = TransportCoefficients['cpu']

/** warmMs is not a factor of a cost, so each of several values gets its costs, and the closest fit is taken. */
function closest<O extends CapacityObservation & { us: number }>(
  candidatesMs: readonly number[],
  observations: readonly O[],
  none: Costs,
  partsOf: (one: O, warmMs: number) => Partial<Costs>,
): Costs {
  const fits = candidatesMs.map((warmMs) => {
    const rows = observations.map((one) => ({ parts: Object.values(partsOf(one, warmMs)), value: one.us }))
    const [first] = observations
    const names = first ? Object.keys(partsOf(first, warmMs)) : []
    const kept = withoutOutliers(rows)
    const costs = fitCosts(kept)
    const named = Object.fromEntries(names.map((name, i) => [name, costs[i] ?? 0]))
    return { cpu: { ...none, ...named, warmMs }, error: errorOf(costs, kept) / kept.length }
  })
  return fits.reduce((best, one) => (one.error < best.error ? one : best)).cpu
}

function bytesOf(transport: TransportName, all: readonly CapacityObservation[]): TransportCoefficients['bytes'] {
  const observations = all.flatMap((one) => (one.bytes ? [{ ...one, bytes: one.bytes }] : []))
  const requests = sum(observations.map(({ requestsPerS }) => requestsPerS))
  const deliveries = sum(observations.map(({ deliveriesPerS }) => deliveriesPerS))
  const body = sum(observations.map(({ bytes }) => bytes.body))
  if (TRANSPORT_TRAITS[transport].mode === 'streaming') {
    const frames = sum(observations.map(({ framesPerS }) => framesPerS))
    const messageBytes = messageBytesOf(transport, body / frames, deliveries / frames)
    return { requestBytes: 0, emptyAnswerBytes: 0, answerBytes: 0, messageBytes }
  }
  const answers = sum(observations.map(({ answersPerS }) => answersPerS))
  const [emptyAnswerBytes = 0, answerBytes = 0] = fitCosts(
    observations.map(({ requestsPerS, answersPerS, bytes }) => ({
      parts: [requestsPerS - answersPerS, answersPerS],
      value: bytes.downHeaders,
    })),
  )
  return {
    requestBytes: sum(observations.map(({ bytes }) => bytes.upHeaders)) / requests,
    emptyAnswerBytes,
    answerBytes,
    messageBytes: (body - answers * envelopeBytes(CURSOR_BYTES)) / deliveries,
  }
}

/** Segments from the difference of both counts of bytes: each segment has the same headers. */
function segmentsOf(
  observations: readonly CapacityObservation[],
  isPush: boolean,
): Pick<TransportCoefficients, 'segmentsPerRequest' | 'segmentsPerFrame'> {
  const counted = observations.flatMap(({ bytes, requestsPerS, framesPerS }) =>
    bytes?.wire === null || bytes?.wire === undefined
      ? []
      : [
          {
            segments: (bytes.wire - bytes.upHeaders - bytes.downHeaders - bytes.body) / SEGMENT_BYTES,
            units: isPush ? framesPerS : requestsPerS,
          },
        ],
  )
  if (counted.length === 0) return { segmentsPerRequest: null, segmentsPerFrame: null }
  const each = sum(counted.map(({ segments }) => segments)) / sum(counted.map(({ units }) => units))
  return isPush ? { segmentsPerRequest: 0, segmentsPerFrame: each } : { segmentsPerRequest: each, segmentsPerFrame: 0 }
}

function gapOf(observations: readonly CapacityObservation[]): Pick<TransportCoefficients, 'gapMs' | 'gapMsPerClient'> {
  const gaps = observations.flatMap(({ gapMs, clients }) =>
    gapMs !== null && gapMs > 0 ? [{ parts: [1, clients], value: gapMs }] : [],
  )
  if (gaps.length === 0) return { gapMs: 0, gapMsPerClient: 0 }
  const [gapMs = 0, gapMsPerClient = 0] = fitCosts(gaps)
  return { gapMs, gapMsPerClient }
}
