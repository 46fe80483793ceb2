import { idleResponsesPerS } from '../../models/long-poll.ts'
import { gapMs } from '../../models/path.ts'
import { DEFAULT_TUNING } from '../../client/transports/transport.ts'
import { exactly } from './estimates.ts'
import { meanGapMs, pollsOf } from './reader-records.ts'
import { linkParameter, numberOf, secondsParameter } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import { pathOf } from './run-context.ts'
import { textOf } from './unit.ts'

/** Holds that are measured, in s. */
const HOLDS_S = [1, 2, 5]
/** A busy browser and page take at most this time between an answer and the next request. */
const MOST_PAGE_MS = 250
/** Steps of page, browser and server in a gap on a busy machine: each takes as long as a push without a link. */
const EVENTS_OF_GAP = 10
/** Bytes of a browser's request and of an answer without messages. */
const EXCHANGE_BYTES = { up: 600, down: 250 }
/** The server reports counts within this time. */
const REPORT_MS = 700

const valueOf = ({ points }: Findings, holdS: number): string => {
  const point = points.find(({ series, x }) => series === 'answers' && x === holdS)
  return point ? textOf(point.value, 'count') : '…'
}

/** Requests per minute of a quiet room, by the hold. */
const perMinute = (holdS: number, pathGapMs: number): number =>
  60 * idleResponsesPerS({ gapMs: pathGapMs, holdMs: holdS * 1000 })

export const quietRoom: Lesson = {
  id: 'quiet-room',
  parameters: [linkParameter('wifi'), secondsParameter(20, 10)],
  chart: () => ({
    x: { scale: 'linear', from: 0, to: 6, ticks: [0, ...HOLDS_S], unit: 's' },
    y: { scale: 'linear', from: 0, to: 70, ticks: [0, 20, 40, 60], unit: 'count' },
  }),
  prediction: () => ({ kind: 'sketch', series: 'answers', xs: HOLDS_S }),
  curves: (_settings, conditions) => {
    const ms = gapMs(pathOf(conditions, EXCHANGE_BYTES))
    return [{ series: 'answers', at: (x) => (x > 0.5 ? perMinute(x, ms) : null) }]
  },
  limitations: () => [],
  durationMs: (settings) => numberOf(settings, 'seconds') * 1000 + REPORT_MS,
  survivesNoise: true,
  mostNoiseMs: () => MOST_PAGE_MS / EVENTS_OF_GAP,
  run: async function* (context, settings) {
    const room = context.newRoom()
    const durationMs = numberOf(settings, 'seconds') * 1000
    const readers = await Promise.all(
      HOLDS_S.map(async (holdS, index) => {
        const options = { room, transport: 'long-poll', tuning: { holdMs: holdS * 1000 }, link: 1 + index } as const
        return { holdS, reader: await context.openReader(options) }
      }),
    )
    // The others have joined, which is news: the requests that it answers are no empty ones.
    await context.wait(REPORT_MS)
    const before = readers.map(({ reader }) => reader.counts)
    const startedAt = performance.now()
    const points = (): Point[] => {
      const minutes = (performance.now() - startedAt) / 60_000
      const ms = gapMs(pathOf(context.conditions, EXCHANGE_BYTES))
      return readers.map(({ holdS, reader }, index): Point => {
        const answers = (reader.counts.empty - (before[index]?.empty ?? 0)) / minutes
        // The gap as the server sees it contains what browser and page take before they ask again.
        const measuredMs = meanGapMs(pollsOf(reader)) ?? ms
        const model = perMinute(holdS, Math.min(measuredMs, ms + MOST_PAGE_MS))
        // One answer more or less falls into the time that is measured, and each hold of the server is a few ms longer.
        const tolerance = 1.2 / minutes + 0.05 * model
        return { series: 'answers', x: holdS, tolerance, ...exactly(answers, model, 1) }
      })
    }
    yield* context.elapse(durationMs, points)
  },
  judgeClaim: ({ points }) => {
    const answers = points.filter(({ series }) => series === 'answers')
    return answers.length === 0 ? 'open' : answers.every(({ value }) => value === 0) ? 'holds' : 'does not hold'
  },
  hues: { answers: 'long-poll' },
  texts: {
    en: {
      question: 'What does a long poll send while nothing happens?',
      claim: 'A long poll sends nothing as long as there are no messages.',
      what: (settings) =>
        `Three long polls wait in a quiet room for ${textOf(numberOf(settings, 'seconds'), 's')}. The server holds their requests for ${HOLDS_S.slice(0, -1).join(', ')} and ${HOLDS_S.at(-1)} s.`,
      x: 'hold',
      y: 'empty answers per minute',
      names: { answers: 'empty answers of long-poll' },
      parameters: { link: 'Link', seconds: 'Duration' },
      predict: 'How many empty answers does each of them get per minute?',
      finding: (findings) =>
        `Without any message, the long polls got ${valueOf(findings, 1)} empty answers per minute at a hold of 1 s, ${valueOf(findings, 2)} at 2 s and ${valueOf(findings, 5)} at 5 s.`,
      why: [
        'A request cannot wait for ever: proxies, browsers and servers give up a silent connection. So the server answers an empty request when its hold is over, and the client asks again.',
        'A WebSocket and a stream are silent, too, except for a heartbeat, which exists for the same reason.',
      ],
      formula: 'empty answers per second = 1 / (H + G), with the hold H and one round trip G',
      changes: `The hold decides: it is ${DEFAULT_TUNING.holdMs / 1000} s here by default, and 30 s are safe according to RFC 6202. The longer the hold, the more proxies close the connection first.`,
    },
    'zh-CN': {
      question: '没有消息时，长轮询在发什么？',
      claim: '没有消息时，长轮询不产生任何流量。',
      what: (settings) =>
        `三个长轮询在安静的房间里等 ${textOf(numberOf(settings, 'seconds'), 's')}，服务器分别挂起 ${HOLDS_S.join('、')} 秒。`,
      x: '挂起时间',
      y: '每分钟空响应',
      names: { answers: '长轮询的空响应' },
      parameters: { link: '链路', seconds: '时长' },
      predict: '它们每分钟各收到多少个空响应？',
      finding: (findings) =>
        `一条消息也没有，长轮询每分钟仍收到空响应：挂起 1 秒时 ${valueOf(findings, 1)} 个，2 秒时 ${valueOf(findings, 2)} 个，5 秒时 ${valueOf(findings, 5)} 个。`,
      why: [
        '请求不能永远等下去：代理、浏览器和服务器都会放弃没有动静的连接。所以到了时间，服务器给出空响应，客户端再问一次。',
        'WebSocket 和流也不发东西，只有心跳。心跳的存在是同样的原因。',
      ],
      formula: '每秒空响应 = 1 / (H + G)，H 为挂起时间，G 为一个往返',
      changes: `关键是挂起时间：这里默认 ${DEFAULT_TUNING.holdMs / 1000} 秒，RFC 6202 认为 30 秒是安全的。挂起越久，越可能先被代理断开。`,
    },
  },
}
