import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { requestsPerS } from '../../models/crossovers.ts'
import * as knownArrivals from '../../models/known-arrivals.ts'
import * as longPoll from '../../models/long-poll.ts'
import { gapMs } from '../../models/path.ts'
import * as shortPoll from '../../models/short-poll.ts'
import { crossingPerS } from '../../models/statistics.ts'
import { meanOfBlocks, meanOfGroups, type Estimate } from './estimates.ts'
import { meanGapMs, pollsIn, pollsOf, quietPartsOf } from './reader-records.ts'
import { linkParameter, numberOf, secondsParameter, type Settings } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { LessonReader } from './members.ts'
import type { Point } from './point.ts'
import { pathOf, type Conditions, type Span } from './run-context.ts'
import { textOf } from './unit.ts'

const RATES_PER_S = [0.2, 0.5, 1, 2, 5, 12]
/** Without a link all held requests go to one port, which a browser gives six connections. */
const FEW_RATES_PER_S = [0.5, 2, 12]
const [QUIET, BUSY] = [RATES_PER_S[0] ?? 1, RATES_PER_S.at(-1) ?? 0]
const HOLD_MS = 25_000
const PARTS = 8
/** Of an interval: half of the tolerance. */
const LATE_SHARE = 0.03
const BYTES = { up: 600, down: 700 }

const toleranceOf = (modelPerS: number): number => 0.04 + 0.06 * modelPerS

const hasLink = (settings: Settings, profiles: readonly string[]): boolean =>
  profiles.includes(String(settings['link'])) && settings['link'] !== 'local'

const gapOf = (conditions: Conditions): number => Math.max(0.1, gapMs(pathOf(conditions, BYTES)))
const intervalOf = (settings: Settings, conditions: Conditions): number =>
  shortPoll.effectiveIntervalMs({ ...pathOf(conditions, BYTES), intervalMs: numberOf(settings, 'interval') })

/** The rate above which long-poll sends more, measured and in theory; null where the two do not cross. */
function crossings({ points, settings, conditions }: Findings): { measured: number | null; model: number | null } {
  const costs = points
    .filter(({ series }) => series === 'long-poll')
    .flatMap(({ x, value }) => {
      const short = points.find((point) => point.series === 'short-poll' && point.x === x)
      return short && value > 0 && short.value > 0 ? [{ ratePerS: x, a: value, b: short.value }] : []
    })
  return {
    measured: costs.length === 0 ? null : crossingPerS(costs),
    model: requestsPerS({ gapMs: gapOf(conditions), holdMs: HOLD_MS, intervalMs: intervalOf(settings, conditions) }),
  }
}
const rateText = (ratePerS: number | null): string => (ratePerS === null ? '…' : textOf(ratePerS, 'per-second'))
const mostText = ({ points }: Findings): string =>
  rateText(
    points
      .filter(({ series }) => series === 'long-poll')
      .toSorted((a, b) => a.x - b.x)
      .at(-1)?.value ?? null,
  )

/** Long-poll and short-poll read the same rooms, from quiet to busy, all at once; the server counts their requests. */
export const requestRates: Lesson = {
  id: 'request-rates',
  parameters: [
    linkParameter('4g'),
    { kind: 'number', name: 'interval', values: [500, 1000, 2000], min: 200, max: 5000, default: 1000, unit: 'ms' },
    secondsParameter(30, 5),
  ],
  chart: () => ({
    x: { scale: 'log', from: 0.15, to: 16, ticks: RATES_PER_S, unit: 'per-second' },
    y: { scale: 'log', from: 0.1, to: 12, ticks: [0.1, 0.2, 0.5, 1, 2, 5, 10], unit: 'per-second' },
  }),
  prediction: () => ({ kind: 'sketch', series: 'long-poll', xs: RATES_PER_S }),
  curves: (settings, conditions) => [
    {
      series: 'long-poll',
      at: (ratePerS) => longPoll.responsesPerS({ ratePerS, gapMs: gapOf(conditions), holdMs: HOLD_MS }),
    },
    { series: 'short-poll', at: () => 1000 / intervalOf(settings, conditions) },
  ],
  limitations: (settings, { profiles, isMultiplexed }) =>
    hasLink(settings, profiles) ? [] : isMultiplexed ? ['direct'] : ['direct', 'few'],
  durationMs: (settings) => 1000 * numberOf(settings, 'seconds'),
  survivesNoise: true,
  // A timer that is late makes an interval longer.
  mostNoiseMs: (settings) => LATE_SHARE * numberOf(settings, 'interval'),
  async *run(context, settings) {
    const durationMs = 1000 * numberOf(settings, 'seconds')
    const intervalMs = numberOf(settings, 'interval')
    const isFree = hasLink(settings, context.place.profiles) || context.place.isMultiplexed
    const rates = isFree ? RATES_PER_S : FEW_RATES_PER_S
    const rooms = await Promise.all(
      rates.map(async (ratePerS, index) => {
        const room = context.newRoom()
        const [publisher, held, short] = await Promise.all([
          context.openPublisher(room, ratePerS),
          context.openReader({ room, transport: 'long-poll', tuning: { holdMs: HOLD_MS }, link: index }),
          context.openReader({ room, transport: 'short-poll', tuning: { intervalMs }, link: rates.length + index }),
        ])
        return { room, ratePerS, publisher, held, short }
      }),
    )
    const streams = rooms.map(({ publisher, ratePerS }, index) => ({
      publisher,
      dueMs: poissonArrivalsMs(context.random(1, index), ratePerS, durationMs),
    }))
    yield* context.publish(streams, durationMs, (span) =>
      rooms.flatMap(({ room, ratePerS, held, short }): Point[] => {
        const { conditions } = context
        const point = (series: string, estimate: Estimate | null): Point[] =>
          estimate ? [{ ...estimate, series, x: ratePerS, tolerance: toleranceOf(estimate.model) }] : []
        return [
          ...point('long-poll', answersPerS(held, context.arrivalsIn(room), span, gapOf(conditions))),
          ...point('short-poll', pollsPerS(short, span, intervalOf(settings, conditions))),
        ]
      }),
    )
  },
  judgeClaim: (findings) => {
    const { measured } = crossings(findings)
    const order = findings.points.filter(({ series }) => series === 'long-poll').toSorted((a, b) => a.x - b.x)
    const [quiet, busy] = [order[0], order.at(-1)]
    const [shortQuiet, shortBusy] = [quiet, busy].map((held) =>
      findings.points.find(({ series, x }) => series === 'short-poll' && x === held?.x),
    )
    if (!quiet || !busy || !shortQuiet || !shortBusy) return 'open'
    if (measured !== null && quiet.high < shortQuiet.low && busy.low > shortBusy.high) return 'holds in part'
    return busy.high < shortBusy.low ? 'holds' : quiet.low > shortQuiet.high ? 'does not hold' : 'open'
  },
  texts: {
    en: {
      question: 'Who sends more requests?',
      claim: 'Long-poll needs far fewer requests than short-poll.',
      what: (settings) =>
        `Rooms from one message in ${1 / QUIET} s to ${BUSY} a second, for ${textOf(numberOf(settings, 'seconds'), 's')}. In each, a long poll and a short poll every ${textOf(numberOf(settings, 'interval') / 1000, 's')} read the same messages, and the server counts their requests.`,
      x: 'messages per second',
      y: 'requests per second',
      parameters: { link: 'Link', interval: 'Interval', seconds: 'Length' },
      predict: 'How many requests a second does the long poll send, at each rate?',
      finding: (findings) => {
        const { measured, model } = crossings(findings)
        const most = `In the busiest room the long poll sent ${mostText(findings)}.`
        return measured === null
          ? `The two did not cross at the rates measured; the model says ${rateText(model)}. ${most}`
          : `Above ${rateText(measured)} the long poll sends more requests than the short poll; the model says ${rateText(model)}. ${most}`
      },
      why: [
        'A short poll asks at its interval, whether there is news or not. A long poll asks once for each answer, and an answer leaves with each message. So a quiet room needs few requests, and a busy room one per message.',
        'There is an upper limit: while an answer and the next request travel, no request is held. Messages that come in this gap share one answer, so that a long poll never sends more than one request per gap.',
      ],
      formula: 'ρ = λ / (λG + e^(−λG)(1 − e^(−λH))), and 1/T for the short poll: equal near λ = 1/T',
      changes:
        'A longer interval moves the crossing to fewer messages. A longer link lowers the upper limit of the long poll. A server that waits a little before it answers would batch messages, and send them later.',
      limitations: {
        direct:
          'No emulated link is in use: the gap is close to 0, so that the long poll sends one request per message.',
        few: 'Fewer rates are measured, since a browser opens six connections to one port.',
      },
    },
    'zh-CN': {
      question: '谁发的请求更多？',
      claim: '长轮询的请求数比短轮询少得多。',
      what: (settings) =>
        `几个房间从每 ${1 / QUIET} 秒一条到每秒 ${BUSY} 条，共 ${textOf(numberOf(settings, 'seconds'), 's')}。每个房间里，一个长轮询和一个每 ${textOf(numberOf(settings, 'interval') / 1000, 's')} 一次的短轮询读同样的消息，由服务器数请求。`,
      x: '每秒消息数',
      y: '每秒请求数',
      parameters: { link: '链路', interval: '间隔', seconds: '时长' },
      predict: '在每种消息频率下，长轮询每秒发多少个请求？',
      finding: (findings) => {
        const { measured, model } = crossings(findings)
        const most = `最热闹的房间里，长轮询发了 ${mostText(findings)}。`
        return measured === null
          ? `在测过的频率里两者没有相交；模型给出的交点是 ${rateText(model)}。${most}`
          : `消息超过 ${rateText(measured)} 时，长轮询的请求比短轮询多；模型给出的是 ${rateText(model)}。${most}`
      },
      why: [
        '短轮询按间隔来问，有没有新消息都一样。长轮询每得到一次响应问一次，而每条消息都带走一个响应。所以安静的房间请求很少，热闹的房间一条消息一个请求。',
        '上限是有的：响应和下一个请求在路上的时候，没有挂着的请求，这段空当里来的消息合用一个响应。所以长轮询在一个空当里最多一个请求。',
      ],
      formula: 'ρ = λ / (λG + e^(−λG)(1 − e^(−λH)))，短轮询是 1/T：在 λ = 1/T 附近相等',
      changes:
        '间隔更长，交点移到更少的消息。链路更长，长轮询的上限更低。服务器若稍等一下再响应，消息会合并，也会更晚。',
      limitations: {
        direct: '没有使用模拟链路：空当接近 0，长轮询一条消息一个请求。',
        few: '浏览器对一个端口只开六条连接，所以测的频率少一些。',
      },
    },
  },
}

/** Answers of a long poll per second, against the model that knows the arrivals and the gap. */
function answersPerS(
  reader: LessonReader,
  arrivalsMs: readonly number[],
  span: Span,
  usualGapMs: number,
): Estimate | null {
  const polls = pollsOf(reader)
  const gap = meanGapMs(pollsIn(polls, span)) ?? usualGapMs
  const inSpan = arrivalsMs.filter((at) => at >= span.fromMs).map((at) => at - span.fromMs)
  const { answersMs } = knownArrivals.heldAnswers(inSpan, { gapMs: gap, holdMs: HOLD_MS }, span.toMs - span.fromMs)
  // Divided by the mean length of a part, so that the mean of the blocks is the whole rate.
  const perS = (1000 * PARTS) / (span.toMs - span.fromMs)
  const blocks = quietPartsOf(span, arrivalsMs, PARTS).map((part) => {
    const modelled = answersMs.filter((at) => at >= part.fromMs - span.fromMs && at < part.toMs - span.fromMs)
    return { value: pollsIn(polls, part).length * perS, model: modelled.length * perS }
  })
  return meanOfBlocks(blocks)
}

/** Polls per second, from the times between two: a count in a short time would be rounded to whole polls. */
function pollsPerS(reader: LessonReader, span: Span, intervalMs: number): Estimate | null {
  const polls = pollsIn(pollsOf(reader), span)
  const pairs = polls
    .slice(1)
    .map(({ receivedAt }, index) => ({ value: receivedAt - (polls[index]?.receivedAt ?? 0), model: intervalMs }))
  const between = meanOfGroups(pairs, PARTS)
  if (!between || between.low <= 0) return null
  const { value, low, high, model, replicates } = between
  return { value: 1000 / value, low: 1000 / high, high: 1000 / low, model: 1000 / model, replicates }
}
