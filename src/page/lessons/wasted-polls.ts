import { poissonArrivalsMs } from '../../models/arrivals.ts'
import * as knownArrivals from '../../models/known-arrivals.ts'
import * as shortPoll from '../../models/short-poll.ts'
import { meanOfBlocks, partsOf, type Pair } from './estimates.ts'
import { isEmpty, pollsIn, pollsOf } from './reader-records.ts'
import { numberOf, secondsParameter, type Settings } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { LessonReader } from './members.ts'
import type { Point } from './point.ts'
import { textOf } from './unit.ts'

/** Messages per second, each rate in a separate room. */
const RATES_PER_S = [0.2, 0.5, 1, 2, 5, 10]
/** Readers in each room, whose polls are spread over the interval: the luck of one phase counts less. */
const PHASES = 3
const PARTS = 12
/** Of a share, which is 0 to 1. */
const TOLERANCE = 0.07
/** Of an interval: it changes the empty share by less than half of the tolerance. */
const LATE_SHARE = 0.05

const intervalText = (settings: Settings): string => textOf(numberOf(settings, 'interval') / 1000, 's')

const shareAt = ({ points }: Findings, ratePerS: number): string => {
  const point = points.find(({ x }) => x === ratePerS)
  return point ? textOf(point.value, 'share') : '…'
}

const ENDS = { quiet: RATES_PER_S[0] ?? 1, busy: RATES_PER_S.at(-1) ?? 0 }

/** Short polls in six rooms, from quiet to busy, all at once. */
export const wastedPolls: Lesson = {
  id: 'wasted-polls',
  parameters: [
    { kind: 'number', name: 'interval', values: [250, 500, 1000], min: 100, max: 2000, default: 500, unit: 'ms' },
    secondsParameter(24, 4),
  ],
  chart: () => ({
    x: { scale: 'log', from: 0.15, to: 13, ticks: RATES_PER_S, unit: 'per-second' },
    y: { scale: 'linear', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], unit: 'share' },
  }),
  prediction: () => ({ kind: 'sketch', series: 'short-poll', xs: RATES_PER_S }),
  curves: (settings) => [
    {
      series: 'short-poll',
      at: (ratePerS) => shortPoll.emptyShare({ ratePerS, intervalMs: numberOf(settings, 'interval') }),
    },
  ],
  limitations: () => [],
  durationMs: (settings) => 1000 * numberOf(settings, 'seconds'),
  survivesNoise: true,
  // A timer that is late makes an interval longer.
  mostNoiseMs: (settings) => LATE_SHARE * numberOf(settings, 'interval'),
  async *run(context, settings) {
    const durationMs = 1000 * numberOf(settings, 'seconds')
    const intervalMs = numberOf(settings, 'interval')
    const rooms = await Promise.all(
      RATES_PER_S.map(async (ratePerS) => {
        const room = context.newRoom()
        const publisher = await context.openPublisher(room, ratePerS)
        const readers = await Promise.all(
          Array.from({ length: PHASES }, () =>
            // Another interval: the change below starts the polls at the moment of its phase.
            context.openReader({ room, transport: 'short-poll', tuning: { intervalMs: intervalMs + 1 } }),
          ),
        )
        return { room, ratePerS, publisher, readers }
      }),
    )
    for (let phase = 0; phase < PHASES; phase++) {
      for (const { readers } of rooms) readers[phase]?.member.tune({ intervalMs })
      await context.wait(intervalMs / PHASES)
    }
    const streams = rooms.map(({ publisher, ratePerS }, index) => ({
      publisher,
      dueMs: poissonArrivalsMs(context.random(1, index), ratePerS, durationMs),
    }))
    yield* context.publish(streams, durationMs, (span) =>
      rooms.flatMap(({ room, ratePerS, readers }): Point[] => {
        const arrivalsMs = context.arrivalsIn(room)
        const blocks = partsOf(span, PARTS).flatMap((part): Pair[] => {
          const share = emptyShareIn(readers, part)
          return share === null ? [] : [{ value: share, model: knownArrivals.emptyShare(arrivalsMs, intervalMs, part) }]
        })
        const estimate = meanOfBlocks(blocks)
        return estimate ? [{ ...estimate, series: 'short-poll', x: ratePerS, tolerance: TOLERANCE }] : []
      }),
    )
  },
  judgeClaim: ({ points }) => {
    const [quiet, busy] = [ENDS.quiet, ENDS.busy].map((rate) => points.find(({ x }) => x === rate))
    if (!quiet || !busy) return 'open'
    if (quiet.low > 0.5 && busy.high < 0.5) return 'holds in part'
    return quiet.low > 0.5 && busy.low > 0.5 ? 'holds' : quiet.high < 0.5 ? 'does not hold' : 'open'
  },
  texts: {
    en: {
      question: 'How many polls are wasted?',
      claim: 'Most requests of a short poll bring nothing: they waste bandwidth and server time.',
      what: (settings) =>
        `${RATES_PER_S.length} rooms, from one message in ${1 / ENDS.quiet} s to ${ENDS.busy} a second. In each, short polls ask every ${intervalText(settings)}, and the server counts the answers without a message.`,
      x: 'messages per second',
      y: 'share of empty answers',
      parameters: { interval: 'Interval', seconds: 'Length' },
      predict: 'Which share of the polls brings nothing, at each rate?',
      finding: (findings) =>
        `${shareAt(findings, ENDS.quiet)} of the answers were empty in the quietest room, ${shareAt(findings, 1)} at one message a second, and ${shareAt(findings, ENDS.busy)} in the busiest room.`,
      why: [
        'A poll is empty if no message came since the poll before. Random messages leave a time of length T empty with the probability e to the power of −λT: the more messages fit into an interval, the fewer polls are empty.',
        'In a busy room each poll brings several messages at once. Then a poll is a cheap way to carry them, and no waste.',
      ],
      formula: 'empty share = e^(−λT)',
      changes:
        'A shorter interval makes more polls empty, a longer interval makes messages later. Messages at even times, as from a sensor, leave no poll empty once the interval is as long as their period.',
    },
    'zh-CN': {
      question: '有多少轮询是白问的？',
      claim: '短轮询的请求大多什么也拿不到，白白浪费带宽和服务器。',
      what: (settings) =>
        `${RATES_PER_S.length} 个房间，从每 ${1 / ENDS.quiet} 秒一条到每秒 ${ENDS.busy} 条。每个房间里短轮询每 ${intervalText(settings)} 问一次，由服务器数出没有消息的响应。`,
      x: '每秒消息数',
      y: '空响应的比例',
      parameters: { interval: '间隔', seconds: '时长' },
      predict: '在每种消息频率下，有多大比例的轮询什么也没拿到？',
      finding: (findings) =>
        `最安静的房间里 ${shareAt(findings, ENDS.quiet)} 的响应是空的，每秒一条时 ${shareAt(findings, 1)}，最热闹的房间里 ${shareAt(findings, ENDS.busy)}。`,
      why: [
        '两次轮询之间没有来消息，这次轮询就是空的。随机到来的消息让长度为 T 的一段时间空着的概率是 e 的 −λT 次方：一个间隔里装得下的消息越多，空轮询越少。',
        '在热闹的房间里，每次轮询一下子带回好几条消息，等于打包取走，很划算，不是浪费。',
      ],
      formula: '空响应比例 = e^(−λT)',
      changes:
        '间隔更短，空轮询更多；间隔更长，消息更晚。如果消息像传感器那样均匀到来，只要间隔不短于周期，就没有一次是空的。',
    },
  },
}

/** null without a poll. */
function emptyShareIn(readers: readonly LessonReader[], part: { fromMs: number; toMs: number }): number | null {
  const polls = readers.flatMap((reader) => pollsIn(pollsOf(reader), part))
  return polls.length === 0 ? null : polls.filter(isEmpty).length / polls.length
}
