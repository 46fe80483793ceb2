/**
 * What the clients of one room cost a server: requests, bytes, CPU time, memory and files, from costs that the benchmark measured.
 * docs/capacity.md has the formulas with their reasons.
 *
 * Valid for one room in which every message reaches every client, in the ranges that the coefficients name. Beyond them the
 * formulas extrapolate, and `beyond` says of what.
 */
import { TRANSPORT_TRAITS, type TransportName } from '../transports.ts'
import { frameHeadBytes } from '../frame-sizes.ts'
import type { Arrivals, Coefficients, CpuCosts, Range, TransportCoefficients } from './coefficients.ts'
import { envelopeBytes, pushedBytes } from './framing.ts'
import * as longPollPeriodic from './long-poll-periodic.ts'
import * as longPoll from './long-poll.ts'
import * as shortPoll from './short-poll.ts'

export interface CapacityLoad {
  clients: number
  /** Messages per second that each client receives. */
  ratePerS: number
  /** Of short polls, start to start. */
  intervalMs: number
  holdMs: number
  /** Of the clients' networks; 0 on loopback. */
  rttMs: number
  arrivals?: Arrivals
}

/** What the clients of one process do in a second, and what they cost it. */
export interface Activity {
  requestsPerS: number
  /** Answers with messages. */
  answersPerS: number
  framesPerS: number
  deliveriesPerS: number
  /** Share of one core; 1 is a process at its limit. */
  utilisation: number
}

/** Length of a cursor, `epoch.sequence`. A few digits more or less change a frame by under 1 %. */
export const CURSOR_BYTES = 14

const US_PER_S = 1e6

/**
 * Frames for each message of a push, at most 1. While a message goes out to all clients, the messages that arrive wait and
 * then share frames, as messages share an answer of a long poll while its client is away. The time of one fan-out takes the place of the gap: this is
 * 1 / (x + e^(−x)) with x = λS, the formula of long-poll.ts for an endless hold.
 *
 * @param fanOutMs S: the time in which one message goes out to all clients of the process
 */
export function framesPerMessage(ratePerS: number, fanOutMs: number, arrivals: Arrivals = 'poisson'): number {
  const x = (ratePerS * fanOutMs) / 1000
  // Periodic messages wait only where they come faster than they go out.
  return arrivals === 'poisson' ? 1 / (x + Math.exp(-x)) : 1 / Math.max(1, x)
}

/**
 * The share of the caches that work finds cold, 0 to 1, where it comes perS times a second. A time g after the work before, the share
 * is 1 − e^(−g/τ), τ = warmMs. At random moments g is exponential with mean 1/perS, so the average share is 1 / (1 + perS τ). This is
 * why a poll at a quiet server costs several times as much as a poll at a busy one, and a frame of a rare message more than another.
 */
export function coldShare(perS: number, warmMs: number, arrivals: Arrivals = 'poisson'): number {
  if (warmMs === 0 || perS === 0) return 1
  const x = (perS * warmMs) / 1000
  return arrivals === 'poisson' ? 1 / (1 + x) : -Math.expm1(-1 / x)
}

/** The share of polls that are answered with messages, and polls per second of one client. */
function polling({ ratePerS, intervalMs, rttMs, arrivals = 'poisson' }: CapacityLoad) {
  const effective = { ratePerS, intervalMs: Math.max(intervalMs, rttMs) }
  const empty = arrivals === 'poisson' ? shortPoll.emptyShare(effective) : shortPoll.periodicEmptyShare(effective)
  return { perS: 1000 / effective.intervalMs, newsShare: 1 - empty }
}

function holding(
  { clients, ratePerS, holdMs, rttMs, arrivals = 'poisson' }: CapacityLoad,
  costs: TransportCoefficients,
) {
  const gapMs = rttMs + costs.gapMs + costs.gapMsPerClient * clients
  if (ratePerS === 0) return { perS: longPoll.idleResponsesPerS({ gapMs, holdMs }), newsShare: 0 }
  const held = { ratePerS, gapMs, holdMs }
  const model = arrivals === 'poisson' ? longPoll : longPollPeriodic
  return { perS: model.requestsPerMessage(held) * ratePerS, newsShare: 1 - model.emptyShare(held) }
}

/** The cost of a frame at a rate of messages. */
function frameCostUs({ frameUs, coldUs, warmMs }: CpuCosts, ratePerS: number, arrivals?: Arrivals): number {
  return frameUs + coldUs * coldShare(ratePerS, warmMs, arrivals)
}

/** What one process does and needs with this load. */
export function activityOf(
  transport: TransportName,
  load: CapacityLoad,
  { transports, process }: Pick<Coefficients, 'transports' | 'process'>,
): Activity {
  const costs = transports[transport]
  if (!costs) throw new RangeError(`the coefficients do not include ${transport}`)
  const { clients, ratePerS } = load
  const { cpu } = costs
  const { mode } = TRANSPORT_TRAITS[transport]
  const deliveriesPerS = clients * ratePerS
  const perMessageUs = ratePerS * (process.publishUs + (clients > 0 ? cpu.messageUs : 0))
  if (mode === 'streaming') {
    const framesPerS = deliveriesPerS * framesPerMessage(ratePerS, fanOutMs(costs, load), load.arrivals)
    const utilisation = (perMessageUs + framesPerS * frameCostUs(cpu, ratePerS, load.arrivals)) / US_PER_S
    return { requestsPerS: 0, answersPerS: 0, framesPerS, deliveriesPerS, utilisation }
  }
  const { perS, newsShare } = mode === 'interval' ? polling(load) : holding(load, costs)
  const requestsPerS = clients * perS
  const answersPerS = requestsPerS * newsShare
  const perPollUs = requestsPerS * cpu.requestUs + answersPerS * cpu.answerUs
  const cold =
    mode === 'interval' ? coldShare(requestsPerS, cpu.warmMs) : coldShare(ratePerS, cpu.warmMs, load.arrivals)
  const coldUs = requestsPerS * cold * cpu.coldUs
  const utilisation = (perMessageUs + perPollUs + coldUs) / US_PER_S
  return { requestsPerS, answersPerS, framesPerS: 0, deliveriesPerS, utilisation }
}

export interface Traffic {
  /** Text of a message. */
  payloadBytes: number
  /** Headers of a poll and of its empty answer; null: as measured. */
  headerBytes: number | null
  hasTls: boolean
}

/** RFC 8446, section 5: 5 bytes of header, 1 of content type and 16 of authentication for each record. */
export const TLS_RECORD_BYTES = 22

/** IP, TCP and the timestamps of Linux on each segment: bytes.ts. */
export const SEGMENT_BYTES = 52

/** Bytes per second above TCP, both ways. */
export function applicationBytesPerS(
  transport: TransportName,
  activity: Activity,
  coefficients: Pick<Coefficients, 'transports' | 'payloadBytes'>,
  { payloadBytes, headerBytes, hasTls }: Traffic,
): number {
  const costs = coefficients.transports[transport]
  if (!costs) throw new RangeError(`the coefficients do not include ${transport}`)
  const { requestsPerS, answersPerS, framesPerS, deliveriesPerS } = activity
  const { requestBytes, emptyAnswerBytes, answerBytes } = costs.bytes
  const messageBytes = costs.bytes.messageBytes - coefficients.payloadBytes + payloadBytes
  const batchBytes = (messages: number) => envelopeBytes(CURSOR_BYTES) + messages * messageBytes
  const records = 2 * requestsPerS + framesPerS
  const tls = hasTls ? records * TLS_RECORD_BYTES : 0
  if (framesPerS > 0) return framesPerS * frameBytes(transport, batchBytes(deliveriesPerS / framesPerS)) + tls
  const moreHeaders = headerBytes === null ? 0 : headerBytes - requestBytes - emptyAnswerBytes
  const heads = requestsPerS * (requestBytes + moreHeaders) + (requestsPerS - answersPerS) * emptyAnswerBytes
  return heads + answersPerS * (answerBytes + envelopeBytes(CURSOR_BYTES)) + deliveriesPerS * messageBytes + tls
}

/** One batch as a transport pushes it. */
export function frameBytes(transport: TransportName, batchBytes: number): number {
  const traits = TRANSPORT_TRAITS[transport]
  const framing = traits.mode === 'streaming' ? traits.framing : null
  if (framing === null) return batchBytes + frameHeadBytes(batchBytes, 'down')
  return pushedBytes[framing]({ batchBytes, cursorBytes: CURSOR_BYTES })
}

/** The bytes that one message adds, so that `frameBytes` gives what was measured. */
export function messageBytesOf(transport: TransportName, measuredFrameBytes: number, messagesPerFrame: number): number {
  let batchBytes = measuredFrameBytes
  // The head's length depends on the batch's: two steps settle both.
  for (let i = 0; i < 3; i++) batchBytes = measuredFrameBytes - (frameBytes(transport, batchBytes) - batchBytes)
  return (batchBytes - envelopeBytes(CURSOR_BYTES)) / messagesPerFrame
}

export interface CapacityRequest extends CapacityLoad, Traffic {
  transport: TransportName
  /** Share of a core that a process may use: the rest is for bursts. */
  targetUtilisation: number
}

export type Beyond = 'clients' | 'ratePerS' | 'requestsPerS' | 'deliveriesPerS' | 'processes'

export interface Capacity {
  activity: Activity
  /** Cores that are busy, by all processes. */
  cores: number
  /** Processes whose load stays below the target. */
  processes: number
  bytesPerS: number
  /** With TCP/IP; null where segments were not counted. */
  wireBytesPerS: number | null
  /** null where it was not measured. */
  memoryBytes: number | null
  files: number
  /** The quantities that are outside the measured ranges. Empty: within. */
  beyond: readonly Beyond[]
}

/** Bytes of a full segment on Ethernet: 1500 less 52 of headers. Loopback, where segments are counted, has room for 65 kB. */
const FULL_SEGMENT_BYTES = 1448
/** RFC 1122, section 4.2.3.2: one acknowledgement for two full segments. */
const SEGMENTS_PER_FULL_SEGMENT = 1.5

/** Segments of batches that are longer than one segment. */
function moreSegmentsPerS({ answersPerS, framesPerS, deliveriesPerS }: Activity, messageBytes: number): number {
  const batchesPerS = answersPerS + framesPerS
  if (batchesPerS === 0) return 0
  const full = ((deliveriesPerS / batchesPerS) * messageBytes) / FULL_SEGMENT_BYTES
  return batchesPerS * Math.max(0, full - 1) * SEGMENTS_PER_FULL_SEGMENT
}

const MAX_ROUNDS = 60

/**
 * A message reaches all clients of a process within this time, otherwise there have to be more processes: an overloaded server
 * delivers later and in larger batches, which costs less and serves worse.
 */
export const LONGEST_FAN_OUT_MS = 500

/** The time in which one message goes out to the clients of a process; 0 for polls that come one by one. */
function fanOutMs({ cpu, gapMsPerClient }: TransportCoefficients, load: CapacityLoad): number {
  const frameUs = cpu.frameUs === 0 ? 0 : frameCostUs(cpu, load.ratePerS, load.arrivals)
  return load.clients * Math.max(frameUs / 1000, gapMsPerClient)
}

/**
 * What a load needs. The clients are spread evenly over as many processes as keep each below the target. Each process has every
 * message of the room, so publishing costs each of them the same; what the processes cost each other (a store) is not included.
 */
export function capacityOf(request: CapacityRequest, coefficients: Coefficients): Capacity {
  const { transport, clients, targetUtilisation } = request
  const costs = coefficients.transports[transport]
  if (!costs) throw new RangeError(`the coefficients do not include ${transport}`)
  let processes = Math.max(1, Math.ceil(fanOutMs(costs, request) / LONGEST_FAN_OUT_MS))
  let one = activityOf(transport, { ...request, clients: clients / processes }, coefficients)
  // Fewer clients in a process shorten its fan-out, which makes batches smaller, which costs more: the number only grows.
  for (let round = 0; round < MAX_ROUNDS && one.utilisation > targetUtilisation; round++) {
    processes = Math.max(processes + 1, Math.ceil((processes * one.utilisation) / targetUtilisation))
    one = activityOf(transport, { ...request, clients: clients / processes }, coefficients)
  }
  const activity: Activity = {
    requestsPerS: one.requestsPerS * processes,
    answersPerS: one.answersPerS * processes,
    framesPerS: one.framesPerS * processes,
    deliveriesPerS: one.deliveriesPerS * processes,
    utilisation: one.utilisation,
  }
  const bytesPerS = applicationBytesPerS(transport, activity, coefficients, request)
  const { segmentsPerRequest, segmentsPerFrame, memoryBytes } = costs
  const segments =
    segmentsPerRequest === null || segmentsPerFrame === null
      ? null
      : activity.requestsPerS * segmentsPerRequest +
        activity.framesPerS * segmentsPerFrame +
        moreSegmentsPerS(activity, costs.bytes.messageBytes - coefficients.payloadBytes + request.payloadBytes)
  const outside = (value: number, range: Range | null) =>
    range !== null && (value < range[0] * 0.999 || value > range[1] * 1.001)
  const { range } = costs
  const beyond: Beyond[] = []
  if (outside(clients, range.clients)) beyond.push('clients')
  if (outside(request.ratePerS, range.ratePerS)) beyond.push('ratePerS')
  if (range.requestsPerS && activity.requestsPerS > range.requestsPerS[1] * 1.001) beyond.push('requestsPerS')
  if (activity.deliveriesPerS > range.deliveriesPerS[1] * 1.001) beyond.push('deliveriesPerS')
  if (processes > 1) beyond.push('processes')
  return {
    activity,
    cores: one.utilisation * processes,
    processes,
    bytesPerS,
    wireBytesPerS: segments === null ? null : bytesPerS + SEGMENT_BYTES * segments,
    memoryBytes: memoryBytes === null ? null : coefficients.process.memoryBytes * processes + memoryBytes * clients,
    files: coefficients.process.files * processes + clients,
    beyond,
  }
}
