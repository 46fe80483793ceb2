import * as shortPoll from '../../models/short-poll.ts'
import { slottedArrivalsMs } from './arrivals.ts'
import { linearAxis } from './axes.ts'
import { meanOfGroups, quantileOfGroups, type Estimate } from './estimates.ts'
import { linkParameter, numberOf, secondsParameter, type Settings } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import { pathOf, type Conditions } from './run-context.ts'
import { textOf } from './unit.ts'

/** The intervals that are measured, in s. */
const INTERVALS_S = [0.5, 1, 2]
const RATE_PER_S = 20
/** Bytes of a browser's request and answer over a link, which the bandwidth delays. */
const BYTES = { up: 550, down: 1500 }
/** A group is a cycle of the slowest poll: it has messages of all phases. */
const GROUP_MS = 1000 * Math.max(...INTERVALS_S)

/** Timers and fetch of a browser, and this page, add some ms. */
const toleranceOf = (modelMs: number): number => 8 + 0.05 * modelMs

const wait = (conditions: Conditions, intervalS: number): shortPoll.PollWait => ({
  ...pathOf(conditions, BYTES),
  intervalMs: shortPoll.effectiveIntervalMs({ ...pathOf(conditions, BYTES), intervalMs: 1000 * intervalS }),
})

const valueOf = ({ points }: Findings, series: string, x: number): string => {
  const point = points.find((one) => one.series === series && one.x === x)
  return point ? textOf(point.value, 'ms') : '…'
}

const seconds = (settings: Settings): string => textOf(numberOf(settings, 'seconds'), 's')

/** Short polls with three intervals read the same messages. */
export const pollLatency: Lesson = {
  id: 'poll-latency',
  parameters: [linkParameter('4g'), secondsParameter(24, 6)],
  chart: (_, conditions) => ({
    x: { scale: 'linear', from: 0, to: 2.2, ticks: [0, ...INTERVALS_S], unit: 's' },
    y: linearAxis(shortPoll.maxMs(wait(conditions, 2)), 'ms'),
  }),
  prediction: () => ({ kind: 'sketch', series: 'mean', xs: INTERVALS_S }),
  curves: (_, conditions) => [
    { series: 'p95', at: (intervalS) => shortPoll.quantileMs(wait(conditions, intervalS), 0.95) },
    { series: 'mean', at: (intervalS) => shortPoll.meanMs(wait(conditions, intervalS)) },
  ],
  limitations: (settings, { profiles }) =>
    settings['link'] !== 'local' && !profiles.includes(String(settings['link'])) ? ['noLink'] : [],
  durationMs: (settings) => 1000 * numberOf(settings, 'seconds'),
  async *run(context, settings) {
    const durationMs = 1000 * numberOf(settings, 'seconds')
    const groups = Math.max(3, Math.floor(durationMs / GROUP_MS))
    const room = context.newRoom()
    const publisher = await context.openPublisher(room, RATE_PER_S)
    const readers = await Promise.all(
      INTERVALS_S.map(async (intervalS, link) => {
        const tuning = { intervalMs: 1000 * intervalS }
        return { intervalS, reader: await context.openReader({ room, transport: 'short-poll', tuning, link }) }
      }),
    )
    const dueMs = slottedArrivalsMs(context.random(1), RATE_PER_S, durationMs)
    yield* context.publish([{ publisher, dueMs }], durationMs, (span) =>
      readers.flatMap(({ intervalS, reader }): Point[] => {
        const model = wait(context.conditions, intervalS)
        const latenciesMs = context.latenciesOf(reader, span).map(({ latencyMs }) => latencyMs)
        const [meanMs, p95Ms] = [shortPoll.meanMs(model), shortPoll.quantileMs(model, 0.95)]
        const pairs = latenciesMs.map((value) => ({ value, model: meanMs }))
        const point = (series: string, estimate: Estimate | null): Point[] =>
          estimate ? [{ ...estimate, series, x: intervalS, tolerance: toleranceOf(estimate.model) }] : []
        return [
          ...point('mean', meanOfGroups(pairs, groups)),
          ...point('p95', quantileOfGroups(latenciesMs, groups, 0.95, p95Ms)),
        ]
      }),
    )
  },
  // A poll adds half its interval on average: the claim is that it is late by up to a whole one.
  judgeClaim: ({ points, conditions }) =>
    INTERVALS_S.every((intervalS) =>
      points.some(
        ({ series, x, low }) => series === 'mean' && x === intervalS && low > shortPoll.meanMs(wait(conditions, 0)),
      ),
    )
      ? 'holds'
      : 'open',
  hues: { mean: 'short-poll', p95: 'short-poll' },
  texts: {
    en: {
      question: 'How late is a poll?',
      claim: 'Polling is not real time: a message waits at the server until the next request asks for it.',
      what: (settings) =>
        `Short polls at intervals of ${INTERVALS_S.slice(0, -1).join(', ')} and ${INTERVALS_S.at(-1)} s read the same ${RATE_PER_S} messages a second for ${seconds(settings)}.`,
      x: 'poll interval',
      y: 'delivery latency',
      names: { mean: 'mean', p95: '95th percentile' },
      parameters: { link: 'Link', seconds: 'Length' },
      predict: 'How late is a message on average, at each interval?',
      finding: (findings) =>
        `On average a message was ${valueOf(findings, 'mean', 0.5)} late with an interval of 0.5 s, ${valueOf(findings, 'mean', 1)} with 1 s and ${valueOf(findings, 'mean', 2)} with 2 s. With 2 s, 19 of 20 messages came within ${valueOf(findings, 'p95', 2)}.`,
      why: [
        'A message comes at any moment between two polls, and each moment is as likely as any other. So it waits half an interval on average, and a whole interval at worst. Then it travels down like any other message: one transit.',
        'Halving the interval halves the wait, and doubles the requests.',
      ],
      formula: 'mean = T/2 + d,  95th percentile = 0.95 T + d',
      changes:
        'A longer link adds its transit to every point. An interval shorter than the round trip does not help: a client waits for its answer before it asks again.',
      limitations: {
        noLink:
          'No emulated link is reachable from this browser: the run uses the direct way, whose transit d is close to 0.',
      },
    },
    'zh-CN': {
      question: '轮询会晚多久？',
      claim: '轮询不是实时的：消息要留在服务器上，等下一次请求来取。',
      what: (settings) =>
        `几个短轮询分别每 ${INTERVALS_S.join('、')} 秒请求一次，在 ${seconds(settings)} 内读取同样的消息，每秒 ${RATE_PER_S} 条。`,
      x: '轮询间隔',
      y: '送达延迟',
      names: { mean: '平均', p95: '第 95 百分位' },
      parameters: { link: '链路', seconds: '时长' },
      predict: '在每种间隔下，一条消息平均晚多久？',
      finding: (findings) =>
        `间隔 0.5 秒时消息平均晚 ${valueOf(findings, 'mean', 0.5)}，1 秒时晚 ${valueOf(findings, 'mean', 1)}，2 秒时晚 ${valueOf(findings, 'mean', 2)}。间隔 2 秒时，20 条里有 19 条在 ${valueOf(findings, 'p95', 2)} 之内送达。`,
      why: [
        '消息在两次轮询之间的任何时刻到来，哪一刻都同样可能。所以它平均等半个间隔，最多等一个间隔，然后像别的消息一样走一个单程。',
        '间隔减半，等待减半，请求数加倍。',
      ],
      formula: '平均 = T/2 + d，第 95 百分位 = 0.95 T + d',
      changes: '链路越长，每个点都加上它的单程时间。间隔比往返时间还短没有用：客户端要等到响应才会再问。',
      limitations: {
        noLink: '从这个浏览器连不到任何模拟链路：本次走直连，单程时间 d 接近 0。',
      },
    },
  },
}
