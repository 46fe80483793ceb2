import type { TransportName } from '../src/protocol.ts'
import { cellOf } from './rig/cell.ts'
import { BASIC } from './rig/durations.ts'
import { latenciesByPublish } from './scenarios/latency.ts'
import * as models from '../src/models/index.ts'
import type { Cell, Comparison, SelfCheck } from './report/schema.ts'
import type { Rig, MeasuredWindow } from './rig/rig.ts'
import { median, quantile } from './analysis/statistics.ts'
import { LIMITS } from './rig/validity.ts'
import type { Planted } from './workers/server.ts'
import type { Group } from './workers/subscribers.ts'

/**
 * Whether the suite tells the truth: it measures what is known beforehand. Each returns what was expected and what came
 * out, so that a report can show both; the tests hold them to the thresholds and plant faults that must be caught.
 */
export interface Checked extends SelfCheck {
  /** The figure itself, for tests. */
  figures: Record<string, number>
}

/** Subscribers to check with: one lean WebSocket, unless said otherwise. The rig fills in the server's port. */
export const group = (name: string, rest: Partial<Group> = {}): Omit<Group, 'port'> & { port?: number } => ({
  name,
  transport: 'websocket',
  client: 'lean',
  count: 1,
  intervalMs: 200,
  holdMs: 25_000,
  headers: 'minimal',
  ...rest,
})

/** All is there sooner as a rule, and then it is over. */
const GRACE = { settleMs: 200, graceMs: 10_000 }
const PAYLOAD_BYTES = 100
const allLatencies = (window: MeasuredWindow, name: string): number[] =>
  (window.groups[name] ?? []).flatMap((seen) => seen.latenciesMs)
const ms = (value: number): string => `${value.toFixed(2)} ms`
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

/** A link of 5 ms each way adds 5 ms to what is pushed through it, and not much more. */
export async function checkKnownDelay(rig: Rig, durationMs = 1500): Promise<Checked> {
  await rig.start()
  const port = await rig.links.ask('open', { to: rig.port, profile: { delayMs: 5 }, seed: 1 })
  await rig.open([group('direct', { count: 3 }), group('link', { count: 3, port })], 1)
  const schedule = { ratePerS: 40, durationMs, arrivals: 'periodic', seed: 1, payloadBytes: PAYLOAD_BYTES } as const
  const window = await rig.run(schedule, GRACE)
  const [direct, link] = [latenciesByPublish(window, 'direct'), latenciesByPublish(window, 'link')]
  const differences = [...link].map(([index, all]) => median(all) - median(direct.get(index) ?? []))
  const differenceMs = median(differences)
  return {
    name: 'a link of 5 ms is seen as 5 ms',
    expected: 'median difference 5 to 6.5 ms',
    measured: ms(differenceMs),
    ok: differenceMs >= 5 && differenceMs <= 6.5,
    figures: { differenceMs },
  }
}

export interface StallOptions {
  /** Who stands still. */
  who?: 'server' | 'publisher'
  /** Planted: stamps the moment of sending. */
  stampsActual?: boolean
}

const STALL = { durationMs: 5000, stallMs: 100, ratePerS: 200, lateMs: 20 }

/**
 * 100 ms of standing still in 5 s: messages meant for that time wait for what is left of it, evenly. So 80 of 5,000 ms are
 * late by more than 20, and the last percent by 50 and more. A publisher that waits, or that stamps when it sends, sees
 * one late message instead of twenty.
 */
export async function checkKnownStall(
  rig: Rig,
  { who = 'server', stampsActual = false }: StallOptions = {},
): Promise<Checked> {
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
  const window = await rig.run({ ...schedule, ...(who === 'publisher' ? { stallMs } : {}) }, GRACE, async () => {
    if (who !== 'server') return
    await new Promise((resolve) => setTimeout(resolve, durationMs / 2))
    await rig.server.ask('stall', { ms: stallMs })
  })
  const latencies = allLatencies(window, 'socket')
  const lateShare = latencies.filter((latency) => latency > lateMs).length / latencies.length
  const [p99Ms, maxMs] = [quantile(latencies, 0.99), quantile(latencies, 1)]
  return {
    name: `a ${who} that stands still for 100 ms in 5 s is seen`,
    expected: '1.6 % ± 0.4 over 20 ms, p99 50 ± 8 ms, max 95 to 115 ms',
    measured: `${percent(lateShare)}, ${ms(p99Ms)}, ${ms(maxMs)}`,
    ok: Math.abs(lateShare - 0.016) <= 0.004 && Math.abs(p99Ms - 50) <= 8 && maxMs >= 95 && maxMs <= 115,
    figures: { lateShare, p99Ms, maxMs },
  }
}

const TCP_IP_BYTES = 52

/** What the load processes' sockets counted, with the heads of TCP and IP, is what the kernel counted. */
export async function checkByteIdentity(
  rig: Rig,
  durationMs = 1000,
  transports: readonly TransportName[] = BASIC,
): Promise<Checked> {
  await rig.start()
  await rig.open(
    transports.map((transport) => group(transport, { transport, count: 5 })),
    1,
  )
  const schedule = { ratePerS: 30, durationMs, arrivals: 'poisson', seed: 1, payloadBytes: PAYLOAD_BYTES } as const
  const { wire, socketBytes } = await rig.run(schedule, GRACE)
  const name = 'bytes at the sockets and TCP/IP’s own add up to what the kernel counted'
  const expected = 'within 0.5 %'
  if (!wire) return { name, expected, measured: 'not looked at: no network namespace here', ok: true, figures: {} }
  const difference = (socketBytes + wire.segments * TCP_IP_BYTES) / wire.bytes - 1
  return { name, expected, measured: percent(difference), ok: Math.abs(difference) <= 0.005, figures: { difference } }
}

/** One window of all transports, as the suite takes it, with a fault planted in the server or in the settings. */
export async function windowWithFault(
  rig: Rig,
  fault: Planted | 'empty-hold' | null,
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

/** Requests per message are a count: the model's, or something is wrong with the client, the server or the model. */
export function checkRequests(cell: Cell): Checked {
  const expected = cell.model?.['requestsPerMessage'] ?? Number.NaN
  const measured = cell.requestsPerMessage?.value ?? Number.NaN
  const off = measured / expected - 1
  return {
    name: 'long-poll’s requests per message are the model’s',
    expected: `${expected.toFixed(3)} ± 5 %`,
    measured: measured.toFixed(3),
    ok: Math.abs(off) <= 0.05,
    figures: { off, measured },
  }
}

/**
 * Behind a link whose round trip is about as long as messages are apart, so that batching and parking both happen. With
 * the gap as it was measured, over the arrivals as they were.
 */
export async function checkLongPollRequests(rig: Rig, durationMs = 2500): Promise<Checked> {
  const delayMs = 10
  await rig.start()
  const port = await rig.links.ask('open', { to: rig.port, profile: { delayMs }, seed: 1 })
  await rig.open([group('long-poll', { transport: 'long-poll', count: 5, port })], 1)
  const schedule = { ratePerS: 50, durationMs, arrivals: 'poisson', seed: 1, payloadBytes: PAYLOAD_BYTES } as const
  const window = await rig.run(schedule, GRACE)
  const about = { id: 'self-check/long-poll', scenario: 'rtt', subject: 'long-poll', client: 'lean' } as const
  const frame = { ...about, clients: 5, payloadBytes: PAYLOAD_BYTES, intervalMs: 200, holdMs: 25_000 }
  const cell = cellOf(frame, 'long-poll', [window], { isAlone: false })
  const { offsetsMs, lagsMs, count } = window.published
  const saidMs = offsetsMs.map((offsetMs, index) => offsetMs + (lagsMs[index] ?? 0))
  const requestsPerMessage = models.longPoll.requestsFor(saidMs, window.gap.meanMs) / count
  return checkRequests({ ...cell, model: { requestsPerMessage } })
}

/** Heads do not change from one cell to the next: one that grew is somebody's padding. */
export function checkHeads(cell: Cell, reference: Cell): Checked {
  const perRequest = ({ bytes, counts }: Cell) => (bytes ? bytes.down.headers / counts.requests : Number.NaN)
  const [expected, measured] = [perRequest(reference), perRequest(cell)]
  return {
    name: `${cell.id}: response heads weigh what they weighed before`,
    expected: `${expected.toFixed(0)} B ± 5 %`,
    measured: `${measured.toFixed(0)} B`,
    ok: Math.abs(measured / expected - 1) <= 0.05,
    figures: { expected, measured },
  }
}

/** A message waits for the next poll evenly between 0 and the interval: the quantiles of that are known. */
export function checkUniform(latenciesMs: readonly number[], intervalMs: number, lastLegMs: number): Checked {
  const wait = { intervalMs, serviceMs: lastLegMs, oneWayDownMs: 0 }
  const off = (share: number) => quantile(latenciesMs, share) / models.shortPoll.quantileMs(wait, share) - 1
  const [p50, p99] = [off(0.5), off(0.99)]
  return {
    name: 'short-poll’s latencies are even over the interval',
    expected: 'p50 within 3 %, p99 within 2 % of the model',
    measured: `${percent(p50)}, ${percent(p99)}`,
    ok: Math.abs(p50) <= 0.03 && Math.abs(p99) <= 0.02,
    figures: { p50, p99 },
  }
}

/** The same transport twice: a difference between the two would be the rig's own. */
export function checkAgainstItself({ a, b, medianDifference }: Comparison): Checked {
  const { value, low = Number.NaN, high = Number.NaN } = medianDifference
  return {
    name: `${a} against ${b} shows no difference`,
    expected: `the interval comes within ${LIMITS.ownDifferenceMs} ms of 0`,
    measured: `${value.toFixed(4)} ms (${low.toFixed(4)} to ${high.toFixed(4)})`,
    ok: low <= LIMITS.ownDifferenceMs && high >= -LIMITS.ownDifferenceMs,
    figures: { value, low, high },
  }
}

export function checkDelivered(cells: readonly Cell[]): Checked {
  const open = cells.filter(({ counts }) => counts.expected > 0)
  const bad = open.filter(
    ({ counts }) => counts.delivered !== counts.expected || counts.twice > 0 || counts.outOfOrder > 0,
  )
  const deliveries = open.reduce((total, { counts }) => total + counts.delivered, 0)
  return {
    name: 'every message reached every subscriber, once and in order',
    expected: 'in all cells',
    measured: bad.length === 0 ? `${deliveries} deliveries` : `not in ${bad.map(({ id }) => id).join(', ')}`,
    ok: bad.length === 0 && deliveries > 0,
    figures: { bad: bad.length },
  }
}

/** The lean client stands for the project's own where there are many: behind the same link both must tell the same. */
export function checkClientsAgree(lean: Cell, own: Cell): Checked {
  const [a = Number.NaN, b = Number.NaN] = [lean.latencyMs?.p50, own.latencyMs?.p50]
  const off = a / b - 1
  return {
    name: `${lean.subject}: the lean client and the project’s own see the same median behind a link`,
    expected: 'within 15 %',
    measured: `${ms(a)} and ${ms(b)}`,
    ok: Math.abs(off) <= 0.15,
    figures: { off },
  }
}
