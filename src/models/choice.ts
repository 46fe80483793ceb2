/**
 * Which transport fits, why another does not, and what each costs: rules that can be argued with. Each finding names the formula
 * or the experiment behind it. Texts are not here: a finding is a code with numbers.
 */
import { TRANSPORT_TRAITS, transportsThat, type TransportName } from '../transports.ts'
import { capacityOf, type Capacity, type Traffic } from './capacity.ts'
import type { Finding } from './choice-findings.ts'
import type { Coefficients } from './coefficients.ts'
import { gigabytesPerMonth, machineShare, type Prices } from './capacity-bill.ts'
import * as longPoll from './long-poll.ts'
import * as shortPoll from './short-poll.ts'

export interface Needs {
  users: number
  /** Messages that a user receives in a second. */
  ratePerS: number
  /** Messages that a user sends in a second. */
  sendPerS: number
  /** 95 of 100 messages have to arrive within this time after they are stored. */
  latencyMs: number
  /** Round trip of the users' networks. */
  rttMs: number
  /** Tabs of one browser that are open at the same time. */
  tabs: number
  http: 1 | 2
  /** A proxy on the way passes an answer on when it is complete. */
  hasBufferingProxy: boolean
  /** A proxy on the way does not pass an upgrade on. */
  hasUpgradeBlock: boolean
  /** Phones: each use of the radio counts. */
  isOnBattery: boolean
  traffic: Traffic
}

export interface Assessment {
  transport: TransportName
  verdict: 'fits' | 'with-care' | 'does-not-fit'
  /** The interval that the latency allows, of a short poll. */
  intervalMs: number | null
  findings: Finding[]
  /** null where the coefficients do not include the transport, or where no interval fits. */
  cost: Cost | null
}

export interface Cost {
  capacity: Capacity
  /** In a month, without rounding to whole machines: differences between transports stay visible. */
  price: number
  /** Messages that users send; a part of the price. */
  upstreamBytesPerS: number
}

export interface Choice {
  assessments: Assessment[]
  /** null: no transport fits. */
  recommended: TransportName | null
  /** Transports whose price differs by less than the error of the models: the simplest of these is recommended. */
  equals: TransportName[]
  cheapest: TransportName | null
}

/** The transports of the page's first row, in its order. */
export const CHOICES = transportsThat(({ isCommon }) => isCommon === true)
/** The same from the simplest to the one that needs the most of network and client. */
export const SIMPLEST_FIRST = [
  'short-poll',
  'sse',
  'long-poll',
  'http-stream',
  'websocket',
] as const satisfies readonly TransportName[]
/** For users who send often, one connection for both directions is simpler than two. */
const SIMPLEST_FIRST_UP = [
  'websocket',
  'sse',
  'http-stream',
  'long-poll',
  'short-poll',
] as const satisfies readonly TransportName[]
const OFTEN_PER_S = 1

/** Chromium, Firefox and Safari: connections of HTTP/1.1 to one host, which all tabs share. */
export const CONNECTIONS_PER_HOST = 6
/** The share of messages for which `latencyMs` holds. */
export const IN_TIME_SHARE = 0.95
const LONGEST_INTERVAL_MS = 60_000
const HOLD_MS = 25_000
/** Heartbeats of streams and sockets, by default. */
const HEARTBEAT_MS = 20_000
/** Error of the models: the suite allows this difference between prediction and measurement. */
export const PRICE_TOLERANCE = 0.2
/** Bytes of an empty poll with a browser's headers on HTTP/2, once both sides know them: docs/operations.md. */
const HTTP2_POLL_BYTES = 68
/** Bytes around the text of a draft that a WebSocket sends: a masked head, and the JSON of docs/protocol.md. */
const FRAME_UP_BYTES = 80
const TARGET_UTILISATION = 0.6

export function choose(needs: Needs, coefficients: Coefficients, prices: Prices): Choice {
  const order: readonly TransportName[] = needs.sendPerS >= OFTEN_PER_S ? SIMPLEST_FIRST_UP : SIMPLEST_FIRST
  const assessments = CHOICES.map((transport) => assess(transport, needs, coefficients, prices))
  const fitting = (['fits', 'with-care'] as const)
    .map((wanted) => assessments.filter(({ verdict }) => verdict === wanted))
    .find((all) => all.length > 0)
  if (!fitting) return { assessments, recommended: null, equals: [], cheapest: null }
  const priceOf = ({ cost }: Assessment) => cost?.price ?? Number.POSITIVE_INFINITY
  const cheapest = fitting.reduce((least, one) => (priceOf(one) < priceOf(least) ? one : least))
  const limit = priceOf(cheapest) * (1 + PRICE_TOLERANCE)
  const equals = order.filter((name) => fitting.some((one) => one.transport === name && priceOf(one) <= limit))
  return { assessments, recommended: equals[0] ?? cheapest.transport, equals, cheapest: cheapest.transport }
}

function assess(transport: TransportName, needs: Needs, coefficients: Coefficients, prices: Prices): Assessment {
  const { mode, carrier } = TRANSPORT_TRAITS[transport]
  const findings: Finding[] = []
  const intervalMs = mode === 'interval' ? longestIntervalMs(needs) : null
  findings.push(...latencyFindings(transport, needs, intervalMs))
  if (carrier === 'HTTP' && mode !== 'interval') findings.push(...connectionFindings(needs))
  if (transport === 'websocket' && needs.hasUpgradeBlock) {
    findings.push({ code: 'upgrade-blocked', weight: 'against', values: {}, formula: 'upgrade' })
  }
  if (carrier === 'HTTP' && mode === 'streaming' && needs.hasBufferingProxy) {
    findings.push({ code: 'buffered', weight: 'against', values: {}, formula: 'buffering', experiment: 'buffering' })
  }
  findings.push(...radioFindings(transport, needs, intervalMs))
  if (carrier === 'HTTP' && needs.http === 2) {
    const values = { http1: needs.traffic.headerBytes ?? 0, http2: HTTP2_POLL_BYTES }
    if (mode !== 'streaming')
      findings.push({ code: 'compressed-headers', weight: 'note', values, formula: 'header-compression' })
  }
  if (carrier === 'HTTP' && needs.sendPerS >= OFTEN_PER_S) {
    const values = { headers: postHeaderBytes(needs), frame: FRAME_UP_BYTES }
    findings.push({ code: 'post-headers', weight: 'note', values, formula: 'upstream', experiment: 'message-bytes' })
  }
  const isUnfit = findings.some(({ weight }) => weight === 'against')
  return {
    transport,
    verdict: isUnfit ? 'does-not-fit' : findings.some(({ weight }) => weight === 'care') ? 'with-care' : 'fits',
    intervalMs,
    findings,
    cost: costOf(transport, needs, intervalMs, coefficients, prices),
  }
}

/** p T + d = bound: the longest interval with which the share p of messages is in time; null where it is below a round trip. */
function longestIntervalMs({ latencyMs, rttMs }: Needs): number | null {
  const intervalMs = Math.floor((latencyMs - rttMs / 2) / IN_TIME_SHARE)
  return intervalMs < Math.max(rttMs, 20) ? null : Math.min(intervalMs, LONGEST_INTERVAL_MS)
}

function latencyFindings(transport: TransportName, needs: Needs, intervalMs: number | null): Finding[] {
  const { latencyMs, rttMs, ratePerS } = needs
  const { mode } = TRANSPORT_TRAITS[transport]
  const lastLeg = { oneWayDownMs: rttMs / 2, serviceMs: 0 }
  if (mode === 'interval') {
    const poll = { formula: 'poll-latency', experiment: 'poll-latency' } as const
    if (intervalMs === null) {
      return [{ code: 'interval-too-short', weight: 'against', values: { latencyMs, rttMs }, ...poll }]
    }
    const values = {
      intervalMs,
      meanMs: shortPoll.meanMs({ ...lastLeg, intervalMs }),
      maxMs: shortPoll.maxMs({ ...lastLeg, intervalMs }),
    }
    const perPoll = (ratePerS * intervalMs) / 1000
    const emptyShare = shortPoll.emptyShare({ ratePerS, intervalMs })
    return [
      { code: 'interval', weight: 'note', values, ...poll },
      perPoll >= 2
        ? { code: 'batches', weight: 'note', values: { perPoll }, formula: 'bytes', experiment: 'message-bytes' }
        : {
            code: 'empty-polls',
            weight: 'note',
            values: { emptyShare },
            formula: 'empty-polls',
            experiment: 'wasted-polls',
          },
    ]
  }
  if (mode === 'held') {
    const wait = { ...lastLeg, ratePerS, gapMs: Math.max(rttMs, 1), holdMs: HOLD_MS }
    const [p95Ms, maxMs] = [longPoll.quantileMs(wait, IN_TIME_SHARE), longPoll.maxMs(wait)]
    const about = { formula: 'long-poll-latency', experiment: 'push-latency' } as const
    return p95Ms > latencyMs
      ? [{ code: 'too-late', weight: 'against', values: { p95Ms, latencyMs }, ...about }]
      : [{ code: 'latency-held', weight: 'note', values: { p95Ms, maxMs }, ...about }]
  }
  const p95Ms = rttMs / 2
  const about = { formula: 'push-latency', experiment: 'push-latency' } as const
  return p95Ms > latencyMs
    ? [{ code: 'too-late', weight: 'against', values: { p95Ms, latencyMs }, ...about }]
    : [{ code: 'latency-push', weight: 'note', values: { p95Ms }, ...about }]
}

/** Each tab holds a connection, and one has to be free for what users send. */
function connectionFindings({ tabs, http }: Needs): Finding[] {
  const about = {
    values: { tabs, limit: CONNECTIONS_PER_HOST },
    formula: 'six-connections',
    experiment: 'seventh-request',
  } as const
  if (http === 1 && tabs >= CONNECTIONS_PER_HOST) return [{ code: 'tabs-blocked', weight: 'against', ...about }]
  return http === 2 && tabs >= CONNECTIONS_PER_HOST ? [{ code: 'tabs-free', weight: 'note', ...about }] : []
}

/** How often in an hour the radio is used, for messages and without. */
export function radioUsesPerHour(
  transport: TransportName,
  { ratePerS, rttMs }: Pick<Needs, 'ratePerS' | 'rttMs'>,
  intervalMs: number | null,
): number {
  const { mode } = TRANSPORT_TRAITS[transport]
  const hourMs = 3_600_000
  if (mode === 'interval') return hourMs / (intervalMs ?? hourMs)
  if (mode === 'held') {
    const gapMs = Math.max(rttMs, 1)
    const perS =
      ratePerS > 0
        ? longPoll.responsesPerS({ ratePerS, gapMs, holdMs: HOLD_MS })
        : longPoll.idleResponsesPerS({ gapMs, holdMs: HOLD_MS })
    return perS * 3600
  }
  // A heartbeat follows a silence.
  return 3600 * ratePerS + (hourMs / HEARTBEAT_MS) * Math.exp((-ratePerS * HEARTBEAT_MS) / 1000)
}

/** A radio that is used twice as often as with a push. */
const NOTABLY_MORE = 2

function radioFindings(transport: TransportName, needs: Needs, intervalMs: number | null): Finding[] {
  if (!needs.isOnBattery) return []
  const [perHour, pushPerHour] = [radioUsesPerHour(transport, needs, intervalMs), radioUsesPerHour('sse', needs, null)]
  const isMore = perHour > NOTABLY_MORE * pushPerHour
  const values = { perHour, pushPerHour }
  return [{ code: isMore ? 'radio-more' : 'radio', weight: isMore ? 'care' : 'note', values, formula: 'radio' }]
}

const pollHeaderBytes = ({ http, traffic }: Needs): number | null =>
  http === 2 ? HTTP2_POLL_BYTES : traffic.headerBytes
/** A post has about the headers of a poll and its answer. */
const postHeaderBytes = (needs: Needs): number => pollHeaderBytes(needs) ?? 0

function costOf(
  transport: TransportName,
  needs: Needs,
  intervalMs: number | null,
  coefficients: Coefficients,
  prices: Prices,
): Cost | null {
  const { mode, carrier } = TRANSPORT_TRAITS[transport]
  if (!coefficients.transports[transport] || (mode === 'interval' && intervalMs === null)) return null
  const { users, ratePerS, sendPerS, rttMs, traffic } = needs
  const load = { clients: users, ratePerS, intervalMs: intervalMs ?? 0, holdMs: HOLD_MS, rttMs }
  const request = {
    transport,
    ...load,
    ...traffic,
    headerBytes: pollHeaderBytes(needs),
    targetUtilisation: TARGET_UTILISATION,
  }
  const capacity = capacityOf(request, coefficients)
  const around = carrier === 'HTTP' ? postHeaderBytes(needs) : FRAME_UP_BYTES
  const upstreamBytesPerS = users * sendPerS * (around + traffic.payloadBytes)
  const { share } = machineShare(capacity, prices, TARGET_UTILISATION)
  const bytesPerS = (capacity.wireBytesPerS ?? capacity.bytesPerS) + upstreamBytesPerS
  const price = share * prices.machine + gigabytesPerMonth(bytesPerS) * prices.gigabyte
  return { capacity, price, upstreamBytesPerS }
}
