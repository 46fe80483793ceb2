import type { TransportName } from '../src/protocol.ts'
import { cellOf } from './rig/cell.ts'
import { BASIC } from './rig/durations.ts'
import { latenciesByPublish } from './scenarios/latency.ts'
import * as models from '../src/models/index.ts'
import type { Cell, Comparison, SelfCheck } from './report/schema.ts'
import type { Rig, MeasuredWindow } from './rig/rig.ts'
import { median, quantile } from './analysis/statistics.ts'
import { LIMITS } from './rig/validity.ts'
import type { Fault } from './workers/server.ts'
import type { Group } from './workers/subscribers.ts'

/**
 * Self-checks measure known quantities. Each returns the expected and the measured value, so that a report can show both. Tests
 * check the thresholds and inject faults that the self-checks must detect.
 */
export interface SelfCheckResult extends SelfCheck {
  /** The measured figures, for tests. */
  figures: Record<string, number>
}

/** A group for self-checks: by default one raw WebSocket. The rig fills in the server's port. */
export const group = (name: string, rest: Partial<Group> = {}): Omit<Group, 'port'> & { port?: number } => ({
  name,
  transport: 'websocket',
  client: 'raw',
  count: 1,
  intervalMs: 200,
  holdMs: 25_000,
  headers: 'minimal',
  ...rest,
})

/** Normally all deliveries are complete earlier, and the window ends then. */
const GRACE = { settleMs: 200, graceMs: 10_000 }
const PAYLOAD_BYTES = 100
const allLatencies = (window: MeasuredWindow, name: string): number[] =>
  (window.groups[name] ?? []).flatMap((counts) => counts.latenciesMs)
const ms = (value: number): string => `${value.toFixed(2)} ms`
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

/** A link of 5 ms per direction adds 5 ms to a push, and little more. */
export async function checkKnownDelay(rig: Rig, durationMs = 1500): Promise<SelfCheckResult> {
  await rig.start()
  const port = await rig.links.call('open', { to: rig.port, profile: { delayMs: 5 }, seed: 1 })
  await rig.open([group('direct', { count: 3 }), group('link', { count: 3, port })], 1)
  const schedule = { ratePerS: 40, durationMs, arrivals: 'periodic', seed: 1, payloadBytes: PAYLOAD_BYTES } as const
  const window = await rig.run(schedule, GRACE)
  const [direct, link] = [latenciesByPublish(window, 'direct'), latenciesByPublish(window, 'link')]
  const differences = [...link].map(([index, all]) => median(all) - median(direct.get(index) ?? []))
  const differenceMs = median(differences)
  return {
    name: 'a link of 5 ms is measured as 5 ms',
    expected: 'median difference 5 to 6.5 ms',
    measured: ms(differenceMs),
    ok: differenceMs >= 5 && differenceMs <= 6.5,
    figures: { differenceMs },
  }
}

export interface StallOptions {
  /** The process that stalls. */
  stalled?: 'server' | 'publisher'
  /** Injected fault: stamps the actual moment of sending. */
  stampsActual?: boolean
}

const STALL = { durationMs: 5000, stallMs: 100, ratePerS: 200, lateMs: 20 }

/**
 * A stall of 100 ms in 5 s: messages that are due during the stall wait for its end, so their delays are uniform over 0 to 100 ms.
 * Messages due in 80 of 5,000 ms are more than 20 ms late, and 1 % are at least 50 ms late. A publisher that waits, or that
 * stamps the moment of sending, measures one late message instead of twenty.
 */
export async function checkKnownStall(
  rig: Rig,
  { stalled = 'server', stampsActual = false }: StallOptions = {},
): Promise<SelfCheckResult> {
  await rig.start()
  await rig.open([group('socket')], 1)
  const { durationMs, stallMs, ratePerS, lateMs } = STALL
  const schedule = {
    ratePerS,
    durationMs,
    arrivals: 'periodic',
    seed: 1,
    payloadBytes: PAYLOAD_BYTES,
    stampsActual,
  } as const
  const window = await rig.run({ ...schedule, ...(stalled === 'publisher' ? { stallMs } : {}) }, GRACE, async () => {
    if (stalled !== 'server') return
    await new Promise((resolve) => setTimeout(resolve, durationMs / 2))
    await rig.server.call('stall', { ms: stallMs })
  })
  const latencies = allLatencies(window, 'socket')
  const lateShare = latencies.filter((latency) => latency > lateMs).length / latencies.length
  const [p99Ms, maxMs] = [quantile(latencies, 0.99), quantile(latencies, 1)]
  return {
    name: `a stall of the ${stalled} for 100 ms in 5 s is measured`,
    expected: '1.6 % ± 0.4 over 20 ms, p99 50 ± 8 ms, max 95 to 115 ms',
    measured: `${percent(lateShare)}, ${ms(p99Ms)}, ${ms(maxMs)}`,
    ok: Math.abs(lateShare - 0.016) <= 0.004 && Math.abs(p99Ms - 50) <= 8 && maxMs >= 95 && maxMs <= 115,
    figures: { lateShare, p99Ms, maxMs },
  }
}

const TCP_IP_BYTES = 52

/** Bytes at the sockets of the load processes plus TCP/IP headers equal the bytes that the kernel counted. */
export async function checkByteIdentity(
  rig: Rig,
  durationMs = 1000,
  transports: readonly TransportName[] = BASIC,
): Promise<SelfCheckResult> {
  await rig.start()
  await rig.open(
    transports.map((transport) => group(transport, { transport, count: 5 })),
    1,
  )
  const schedule = { ratePerS: 30, durationMs, arrivals: 'poisson', seed: 1, payloadBytes: PAYLOAD_BYTES } as const
  const { wire, socketBytes } = await rig.run(schedule, GRACE)
  const name = 'bytes at the sockets plus TCP/IP headers equal the kernel’s count'
  const expected = 'within 0.5 %'
  if (!wire) return { name, expected, measured: 'not measured: no network namespace', ok: true, figures: {} }
  const difference = (socketBytes + wire.segments * TCP_IP_BYTES) / wire.bytes - 1
  return { name, expected, measured: percent(difference), ok: Math.abs(difference) <= 0.005, figures: { difference } }
}

/** One window of all transports, with an injected fault in the server or in the settings. */
export async function windowWithFault(
  rig: Rig,
  fault: Fault | 'empty-hold' | null,
  {
    durationMs,
    ratePerS = 100,
    transports = BASIC,
  }: { durationMs: number; ratePerS?: number; transports?: readonly TransportName[] },
): Promise<MeasuredWindow> {
  await rig.start(
    fault === 'empty-hold' ? { hold: 0 } : {},
    fault === 'empty-hold' || fault === null ? undefined : fault,
  )
  await rig.open(
    transports.map((transport) => group(transport, { transport, count: 4 })),
    1,
  )
  return rig.run(
    { ratePerS, durationMs, arrivals: 'poisson', seed: 1, payloadBytes: PAYLOAD_BYTES },
    { ...GRACE, ...(fault === null ? {} : { graceMs: 2000 }) },
  )
}

/** Requests per message are a count: a difference from the model shows an error in the client, the server or the model. */
export function checkRequests(cell: Cell): SelfCheckResult {
  const expected = cell.model?.['requestsPerMessage'] ?? Number.NaN
  const measured = cell.requestsPerMessage?.value ?? Number.NaN
  const off = measured / expected - 1
  return {
    name: 'long-poll: requests per message agree with the model',
    expected: `${expected.toFixed(3)} ± 5 %`,
    measured: measured.toFixed(3),
    ok: Math.abs(off) <= 0.05,
    figures: { off, measured },
  }
}

/**
 * The round trip of the link is about the interval between messages, so that some polls are held and some answers contain
 * several messages. The model uses the measured gap and the actual arrivals.
 */
export async function checkLongPollRequests(rig: Rig, durationMs = 2500): Promise<SelfCheckResult> {
  const delayMs = 10
  await rig.start()
  const port = await rig.links.call('open', { to: rig.port, profile: { delayMs }, seed: 1 })
  await rig.open([group('long-poll', { transport: 'long-poll', count: 5, port })], 1)
  const schedule = { ratePerS: 50, durationMs, arrivals: 'poisson', seed: 1, payloadBytes: PAYLOAD_BYTES } as const
  const window = await rig.run(schedule, GRACE)
  const common = { id: 'self-check/long-poll', scenario: 'rtt', subject: 'long-poll', client: 'raw' } as const
  const frame = { ...common, clients: 5, payloadBytes: PAYLOAD_BYTES, intervalMs: 200, holdMs: 25_000 }
  const cell = cellOf(frame, 'long-poll', [window], { isAlone: false })
  const { offsetsMs, lagsMs, count } = window.published
  const sentMs = offsetsMs.map((offsetMs, index) => offsetMs + (lagsMs[index] ?? 0))
  const requestsPerMessage = models.longPoll.requestsFor(sentMs, window.gap.meanMs) / count
  return checkRequests({ ...cell, model: { requestsPerMessage } })
}

/** Response headers have the same size in every cell: larger ones contain padding. */
export function checkHeaderBytes(cell: Cell, reference: Cell): SelfCheckResult {
  const perRequest = ({ bytes, counts }: Cell) => (bytes ? bytes.down.headers / counts.requests : Number.NaN)
  const [expected, measured] = [perRequest(reference), perRequest(cell)]
  return {
    name: `${cell.id}: response headers have the same size as in the reference`,
    expected: `${expected.toFixed(0)} B ± 5 %`,
    measured: `${measured.toFixed(0)} B`,
    ok: Math.abs(measured / expected - 1) <= 0.05,
    figures: { expected, measured },
  }
}

/** The wait for the next poll is uniform between 0 and the interval, so its quantiles are known. */
export function checkUniform(latenciesMs: readonly number[], intervalMs: number, lastLegMs: number): SelfCheckResult {
  const wait = { intervalMs, serviceMs: lastLegMs, oneWayDownMs: 0 }
  const off = (share: number) => quantile(latenciesMs, share) / models.shortPoll.quantileMs(wait, share) - 1
  const [p50, p99] = [off(0.5), off(0.99)]
  return {
    name: 'short-poll: latencies are uniform over the interval',
    expected: 'p50 within 3 %, p99 within 2 % of the model',
    measured: `${percent(p50)}, ${percent(p99)}`,
    ok: Math.abs(p50) <= 0.03 && Math.abs(p99) <= 0.02,
    figures: { p50, p99 },
  }
}

/** The same transport twice: a difference between the two is an error of the rig. */
export function checkAgainstItself({ a, b, medianDifference }: Comparison): SelfCheckResult {
  const { value, low = Number.NaN, high = Number.NaN } = medianDifference
  return {
    name: `${a} against ${b} shows no difference`,
    expected: `the interval reaches to within ${LIMITS.ownDifferenceMs} ms of 0`,
    measured: `${value.toFixed(4)} ms (${low.toFixed(4)} to ${high.toFixed(4)})`,
    ok: low <= LIMITS.ownDifferenceMs && high >= -LIMITS.ownDifferenceMs,
    figures: { value, low, high },
  }
}

export function checkDelivered(cells: readonly Cell[]): SelfCheckResult {
  const open = cells.filter(({ counts }) => counts.expected > 0)
  const bad = open.filter(
    ({ counts }) => counts.delivered !== counts.expected || counts.twice > 0 || counts.outOfOrder > 0,
  )
  const deliveries = open.reduce((total, { counts }) => total + counts.delivered, 0)
  return {
    name: 'every message reached every subscriber once and in order',
    expected: 'in all cells',
    measured: bad.length === 0 ? `${deliveries} deliveries` : `not in ${bad.map(({ id }) => id).join(', ')}`,
    ok: bad.length === 0 && deliveries > 0,
    figures: { bad: bad.length },
  }
}

/** The raw client replaces the project's client where many clients are needed: behind the same link both must agree. */
export function checkClientsAgree(raw: Cell, project: Cell): SelfCheckResult {
  const [a = Number.NaN, b = Number.NaN] = [raw.latencyMs?.p50, project.latencyMs?.p50]
  const off = a / b - 1
  return {
    name: `${raw.subject}: the raw client and the project’s client measure the same median behind a link`,
    expected: 'within 15 %',
    measured: `${ms(a)} and ${ms(b)}`,
    ok: Math.abs(off) <= 0.15,
    figures: { off },
  }
}
