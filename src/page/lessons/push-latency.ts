import { poissonArrivalsMs } from '../../models/arrivals.ts'
import * as knownArrivals from '../../models/known-arrivals.ts'
import * as longPoll from '../../models/long-poll.ts'
import { gapMs, lastLegMs } from '../../models/path.ts'
import * as push from '../../models/push.ts'
import { linearAxis } from './axes.ts'
import { meanOfGroups, type Estimate } from './estimates.ts'
import { bytesByMessage, meanGapMs, pollsIn, pollsOf } from './reader-records.ts'
import { linkParameter, numberOf, secondsParameter, type Settings } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { LessonReader } from './members.ts'
import type { Point } from './point.ts'
import { pathOf, type Conditions, type RunContext, type Span } from './run-context.ts'
import { textOf } from './unit.ts'

const RATES_PER_S = [0.5, 2, 6, 16, 40]
/** Without a link all held requests go to one port, which a browser gives six connections. */
const FEW_RATES_PER_S = [0.5, 6, 40]
/** ms: the server's own limit is the same by default, and no hold runs out at these rates. */
const HOLD_MS = 25_000
const GROUPS = 10
/** A whole request of a browser over a link, and the usual answer with one message. */
const BYTES = { up: 600, down: 700 }
/** What a further message adds to an answer. */
const MESSAGE_BYTES = 230

/** Of a long poll: a message that comes near the end of a gap waits for all of the next gap, or for none of it. */
const toleranceOf = (series: string, modelMs: number): number =>
  series === 'long-poll' ? 10 + 0.08 * modelMs : 8 + 0.05 * modelMs

const hasLink = (settings: Settings, profiles: readonly string[]): boolean =>
  profiles.includes(String(settings['link'])) && settings['link'] !== 'local'

const meanAt = ({ points }: Findings, series: string, ratePerS: number): number | null =>
  points.find((point) => point.series === series && point.x === ratePerS)?.value ?? null
const meanText = (findings: Findings, series: string, ratePerS: number): string => {
  const value = meanAt(findings, series, ratePerS)
  return value === null ? '…' : textOf(value, 'ms')
}
const [QUIET, BUSY] = [RATES_PER_S[0] ?? 1, RATES_PER_S.at(-1) ?? 0]

/** The more messages share an answer, the longer is the answer, and with it the gap. */
function heldWait(conditions: Conditions, ratePerS: number): longPoll.HeldWait {
  let wait: longPoll.HeldWait = waitFor(conditions, ratePerS, BYTES.down)
  for (let round = 0; round < 4; round++) {
    const messages = Math.max(1, ratePerS / longPoll.responsesPerS(wait))
    wait = waitFor(conditions, ratePerS, BYTES.down + (messages - 1) * MESSAGE_BYTES)
  }
  return wait
}

function waitFor(conditions: Conditions, ratePerS: number, down: number): longPoll.HeldWait {
  const path = pathOf(conditions, { up: BYTES.up, down })
  return { ...path, ratePerS, gapMs: Math.max(0.1, gapMs(path)), holdMs: HOLD_MS }
}

/** Long-poll and WebSocket read the same rooms, from quiet to busy, all at once. */
export const pushLatency: Lesson = {
  id: 'push-latency',
  parameters: [linkParameter('3g'), secondsParameter(36, 5)],
  chart: (_, { rttMs }) => ({
    x: { scale: 'log', from: 0.35, to: 60, ticks: RATES_PER_S, unit: 'per-second' },
    y: linearAxis(Math.max(20, 1.3 * rttMs), 'ms'),
  }),
  prediction: () => ({ kind: 'sketch', series: 'long-poll', xs: RATES_PER_S }),
  curves: (_, conditions) => {
    return [
      { series: 'long-poll', at: (ratePerS) => longPoll.meanMs(heldWait(conditions, ratePerS)) },
      { series: 'websocket', at: () => push.meanMs(pathOf(conditions, { up: 0, down: 0 })) },
    ]
  },
  limitations: (settings, { profiles }) => (hasLink(settings, profiles) ? [] : ['noLink']),
  durationMs: (settings) => 1000 * numberOf(settings, 'seconds'),
  async *run(context, settings) {
    const durationMs = 1000 * numberOf(settings, 'seconds')
    const isFree = hasLink(settings, context.place.profiles) || context.place.isMultiplexed
    const rooms = await Promise.all(
      (isFree ? RATES_PER_S : FEW_RATES_PER_S).map(async (ratePerS, index) => {
        const room = context.newRoom()
        const [publisher, held, socket] = await Promise.all([
          context.openPublisher(room, ratePerS),
          context.openReader({ room, transport: 'long-poll', tuning: { holdMs: HOLD_MS }, link: index }),
          context.openReader({ room, transport: 'websocket', link: RATES_PER_S.length }),
        ])
        return { ratePerS, publisher, held, socket }
      }),
    )
    const streams = rooms.map(({ publisher, ratePerS }, index) => ({
      publisher,
      dueMs: poissonArrivalsMs(context.random(1, index), ratePerS, durationMs),
    }))
    yield* context.publish(streams, durationMs, (span) =>
      rooms.flatMap(({ ratePerS, held, socket }): Point[] => {
        const point = (series: string, estimate: Estimate | null): Point[] =>
          estimate ? [{ ...estimate, series, x: ratePerS, tolerance: toleranceOf(series, estimate.model) }] : []
        return [
          ...point('long-poll', meanOfGroups(heldPairs(context, held, span), GROUPS)),
          ...point('websocket', meanOfGroups(pushedPairs(context, socket, span), GROUPS)),
        ]
      }),
    )
  },
  judgeClaim: (findings) => {
    const [quiet, quietSocket, busy, busySocket] = [QUIET, BUSY].flatMap((rate) =>
      ['long-poll', 'websocket'].map((series) => meanAt(findings, series, rate)),
    )
    if (quiet == null || quietSocket == null || busy == null || busySocket == null) return 'open'
    const isFaster = (held: number, socket: number) => held > 1.5 * socket + 5
    if (isFaster(quiet, quietSocket)) return 'holds'
    return isFaster(busy, busySocket) ? 'holds in part' : 'does not hold'
  },
  texts: {
    en: {
      question: 'Is long-poll as fast as WebSocket?',
      claim: 'WebSocket is far faster than polling in every case.',
      what: (settings) =>
        `Rooms from one message in ${1 / QUIET} s to ${BUSY} a second, for ${textOf(numberOf(settings, 'seconds'), 's')}. In each, a long poll and a WebSocket read the same messages over links of the same kind.`,
      x: 'messages per second',
      y: 'mean delivery latency',
      parameters: { link: 'Link', seconds: 'Length' },
      predict: 'How late is a message by long-poll, at each rate?',
      finding: (findings) =>
        `In the quietest room a message took ${meanText(findings, 'long-poll', QUIET)} by long-poll and ${meanText(findings, 'websocket', QUIET)} by WebSocket, in the busiest room ${meanText(findings, 'long-poll', BUSY)} and ${meanText(findings, 'websocket', BUSY)}.`,
      why: [
        'The server answers a held request at the moment at which it stores a message: one transit, like any push. After the answer the next request needs a round trip to come back. A message that is stored in this gap waits for that request.',
        'The busier the room, the more messages fall into a gap, until each message does and waits for half a round trip on average.',
      ],
      formula: 'L = d + ρG²/2, with the gap G = 2d and ρ = λ / (λG + e^(−λG)) answers a second',
      changes:
        'On a short link the gap is short and both are equally fast. Against a short poll both save half an interval. SSE and a streamed answer have no gap either.',
      limitations: {
        noLink:
          'No emulated link is in use: over the direct way the round trip is close to 0, so that both transports are equally fast at every rate. Fewer rates are measured, since a browser opens six connections to one port.',
      },
    },
    'zh-CN': {
      question: '长轮询和 WebSocket 一样快吗？',
      claim: 'WebSocket 在任何情况下都比轮询快得多。',
      what: (settings) =>
        `几个房间从每 ${1 / QUIET} 秒一条到每秒 ${BUSY} 条，共 ${textOf(numberOf(settings, 'seconds'), 's')}。每个房间里，一个长轮询和一个 WebSocket 经过同一种链路读同样的消息。`,
      x: '每秒消息数',
      y: '平均送达延迟',
      parameters: { link: '链路', seconds: '时长' },
      predict: '在每种消息频率下，长轮询的消息晚多久？',
      finding: (findings) =>
        `最安静的房间里，一条消息走长轮询要 ${meanText(findings, 'long-poll', QUIET)}，走 WebSocket 要 ${meanText(findings, 'websocket', QUIET)}；最热闹的房间里是 ${meanText(findings, 'long-poll', BUSY)} 和 ${meanText(findings, 'websocket', BUSY)}。`,
      why: [
        '服务器一存下消息就响应挂起的请求：一个单程，和任何推送一样。响应之后，下一个请求要一个往返才回得来，在这段空当里存下的消息只好等它。',
        '房间越热闹，落进空当的消息越多，直到每一条都落进去：平均多等半个往返。',
      ],
      formula: 'L = d + ρG²/2，其中空当 G = 2d，每秒响应数 ρ = λ / (λG + e^(−λG))',
      changes: '链路短，空当就短，两者一样快。与短轮询相比，两者都省下半个间隔。SSE 和流式响应也没有空当。',
      limitations: {
        noLink:
          '没有使用模拟链路：直连的往返时间接近 0，两种方式在任何频率下都一样快。浏览器对一个端口只开六条连接，所以测的频率也少一些。',
      },
    },
  },
}

/** Latencies by long-poll with those of the model, which knows the arrivals and the gap between an answer and the next request. */
function heldPairs(context: RunContext, reader: LessonReader, span: Span) {
  const { conditions } = context
  const measured = latenciesWithBytes(context, reader, span)
  const gap = meanGapMs(pollsIn(pollsOf(reader), span)) ?? gapMs(pathOf(conditions, BYTES))
  const arrivalsMs = measured.map(({ storedMs }) => storedMs - span.fromMs)
  // Until each message is answered.
  const untilMs = (arrivalsMs.at(-1) ?? 0) + gap + 1
  const { waitsMs } = knownArrivals.heldAnswers(arrivalsMs, { gapMs: Math.max(0.1, gap), holdMs: HOLD_MS }, untilMs)
  return measured.map(({ latencyMs, bytes }, index) => ({
    value: latencyMs,
    model: transitMs(conditions, bytes) + (waitsMs[index] ?? 0),
  }))
}

function pushedPairs(context: RunContext, reader: LessonReader, span: Span) {
  const { conditions } = context
  return latenciesWithBytes(context, reader, span).map(({ latencyMs, bytes }) => ({
    value: latencyMs,
    model: transitMs(conditions, bytes),
  }))
}

const transitMs = (conditions: Conditions, down: number): number => lastLegMs(pathOf(conditions, { up: 0, down }))

/** With the bytes of the answer or frame that brought each message: a link with little bandwidth is slower for a long answer. */
function latenciesWithBytes(context: RunContext, reader: LessonReader, span: Span) {
  const bytes = bytesByMessage(reader)
  return context
    .latenciesOf(reader, span)
    .map((latency) => ({ ...latency, bytes: bytes.get(latency.id) ?? BYTES.down }))
}
