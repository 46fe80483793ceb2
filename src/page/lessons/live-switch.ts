import { poissonArrivalsMs } from '../../models/arrivals.ts'
import type { TransportName } from '../../transports.ts'
import { now } from '../measure/clock.ts'
import { dueMessages } from './due-messages.ts'
import { exactly } from './estimates.ts'
import { readForgetfully } from './forgetful-reader.ts'
import { linkParameter, numberOf } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import { checkDelivery } from './delivery-check.ts'
import type { Point } from './point.ts'
import { allSteps } from './switch-order.ts'
import { textOf } from './unit.ts'

const TRANSPORTS = ['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream'] as const satisfies TransportName[]
/** From each transport to each other one. */
const SWITCHES = TRANSPORTS.length * (TRANSPORTS.length - 1)
const POLL_MS = 250
const CATEGORIES = ['lost', 'twice', 'disordered']
/** A message that is younger than this may still be under way. */
const UNDER_WAY_MS = 2000

const valueOf = ({ points }: Findings, series: string, category: string): number | undefined =>
  points.find((point) => point.series === series && point.x === CATEGORIES.indexOf(category))?.value

export const liveSwitch: Lesson = {
  id: 'live-switch',
  parameters: [
    linkParameter('4g'),
    { kind: 'number', name: 'rate', values: [5, 20, 40], min: 1, max: 60, default: 20, unit: 'per-second' },
    { kind: 'number', name: 'step', values: [0.5, 1, 2], min: 0.2, max: 2, default: 1, unit: 's' },
  ],
  chart: () => ({
    x: { categories: CATEGORIES },
    y: { scale: 'linear', from: 0, to: 60, ticks: [0, 20, 40, 60], unit: 'count' },
  }),
  prediction: () => ({ kind: 'sketch', series: 'switched', xs: [0] }),
  curves: () => [{ series: 'switched', at: () => 0 }],
  limitations: (settings, { profiles }) => (profiles.includes(String(settings['link'])) ? [] : ['noLink']),
  durationMs: (settings) => (SWITCHES + 1) * numberOf(settings, 'step') * 1000,
  survivesNoise: true,
  run: async function* (context, settings) {
    const room = context.newRoom()
    const ratePerS = numberOf(settings, 'rate')
    const stepMs = numberOf(settings, 'step') * 1000
    const durationMs = (SWITCHES + 1) * stepMs
    const order = allSteps(TRANSPORTS, context.random(2))
    const [first = 'websocket', ...steps] = order
    const publisher = await context.openPublisher(room, ratePerS)
    const reader = await context.openReader({ room, transport: first, tuning: { intervalMs: POLL_MS }, link: 1 })
    const received = new Set<string>()
    const end = new AbortController()
    const signal = AbortSignal.any([context.signal, end.signal])
    const { profile } = context.conditions
    const net = (profile === null ? null : context.netOver(profile, 2)) ?? context.direct
    const onMessage = ({ id }: { id: string }) => void received.add(id)
    const readOver = async (transport: TransportName, until: AbortSignal) => {
      const options = { net, room, transport, until: 'break', intervalMs: POLL_MS, onMessage } as const
      await readForgetfully(options, until)
    }
    /** Each reader changes its transport at the same moments. */
    const switching = async () => {
      let connection = new AbortController()
      let reading = readOver(first, AbortSignal.any([signal, connection.signal]))
      try {
        for (const transport of steps) {
          await context.wait(stepMs)
          if (signal.aborted) return
          reader.member.use(transport)
          connection.abort()
          await reading
          connection = new AbortController()
          reading = readOver(transport, AbortSignal.any([signal, connection.signal]))
        }
        await reading
      } finally {
        connection.abort()
      }
    }
    const switched = switching()
    // A cancelled run is reported by `publish`.
    switched.catch(() => undefined)
    try {
      const dueMs = poissonArrivalsMs(context.random(1), ratePerS, durationMs)
      yield* context.publish([{ publisher, dueMs }], durationMs, (span) => {
        const sent = { room, sent: dueMessages(publisher, dueMs, span, context.toServerTime(now()), UNDER_WAY_MS) }
        const check = checkDelivery([reader], [sent])
        const counts = [check.lost, check.twice, check.disordered]
        const forgotten = sent.sent.filter((id) => !received.has(id)).length
        return [
          ...counts.map((count, x): Point => ({
            series: 'switched',
            x,
            tolerance: 0,
            ...exactly(count, 0, sent.sent.length),
          })),
          { series: 'forgetful', x: 0, tolerance: 0, ...exactly(forgotten, 0, sent.sent.length), model: null },
        ]
      })
    } finally {
      end.abort()
      await switched.catch(() => undefined)
    }
  },
  judgeClaim: (findings) => {
    const faults = CATEGORIES.map((category) => valueOf(findings, 'switched', category))
    if (faults.some((count) => count === undefined)) return 'open'
    return faults.every((count) => count === 0) ? 'does not hold' : 'holds'
  },
  hues: { switched: 'websocket', forgetful: 'short-poll' },
  texts: {
    en: {
      question: 'What is lost when the transport is switched live?',
      claim: 'A transport is chosen once: changing it during a conversation costs messages.',
      what: (settings) =>
        `A reader changes its transport every ${textOf(numberOf(settings, 'step'), 's')}, from each of five transports to each other one, ${SWITCHES} times, while ${textOf(numberOf(settings, 'rate'), 'count')} messages come each second. ` +
        'Its client keeps the cursor. A second reader changes at the same moments and begins again at the next message.',
      x: 'messages',
      y: 'count',
      names: {
        lost: 'lost',
        twice: 'shown twice',
        disordered: 'out of order',
        switched: 'keeps its cursor',
        forgetful: 'begins again',
      },
      parameters: { link: 'Link', rate: 'Messages per second', step: 'Time per transport' },
      predict: `How many messages are lost in ${SWITCHES} switches?`,
      finding: (findings) => {
        const [lost, twice, disordered] = CATEGORIES.map((category) => valueOf(findings, 'switched', category))
        const forgotten = valueOf(findings, 'forgetful', 'lost')
        if (lost === undefined || twice === undefined || disordered === undefined) return 'No message was counted.'
        return `With its cursor, the reader lost ${lost} messages, saw ${twice} twice and ${disordered} out of order. The reader that began again lost ${forgotten ?? 0}.`
      },
      why: [
        'The client aborts the old connection, and the new one begins at the cursor: the position of the last message that was shown. Batches of a connection that is no longer in use are dropped, so no message comes twice.',
        'The transport only carries the log. The order is that of the log, whatever carries it.',
      ],
      changes:
        'A reader without a cursor loses what comes while no connection is open: more with a longer round trip and with more messages per second.',
      limitations: {
        noLink:
          'Without the link, the gap between two connections lasts some milliseconds: a reader without a cursor then loses few messages.',
      },
    },
    'zh-CN': {
      question: '边聊边换传输方式，会丢什么？',
      claim: '传输方式选定就不能换：对话中途更换会丢消息。',
      what: (settings) =>
        `一个读者每 ${textOf(numberOf(settings, 'step'), 's')} 换一次传输方式，五种之间两两互换，共 ${SWITCHES} 次，同时每秒有 ${numberOf(settings, 'rate')} 条消息。它的客户端保留游标。另一个读者同时更换，但每次从下一条消息重新开始。`,
      x: '消息',
      y: '条数',
      names: { lost: '丢失', twice: '重复', disordered: '乱序', switched: '保留游标', forgetful: '重新开始' },
      parameters: { link: '链路', rate: '每秒消息数', step: '每种方式的时长' },
      predict: `换 ${SWITCHES} 次，会丢多少条消息？`,
      finding: (findings) => {
        const [lost, twice, disordered] = CATEGORIES.map((category) => valueOf(findings, 'switched', category))
        const forgotten = valueOf(findings, 'forgetful', 'lost')
        if (lost === undefined || twice === undefined || disordered === undefined) return '没有统计到消息。'
        return `保留游标的读者丢了 ${lost} 条，重复 ${twice} 条，乱序 ${disordered} 条。重新开始的读者丢了 ${forgotten ?? 0} 条。`
      },
      why: [
        '客户端中止旧连接，新连接从游标处开始，也就是已显示的最后一条消息。不再使用的连接送来的批次会被丢弃，所以不会重复。',
        '传输方式只是搬运日志。无论谁来搬运，顺序都是日志的顺序。',
      ],
      changes: '不带游标的读者会丢掉没有连接时到来的消息：往返越长、消息越密，丢得越多。',
      limitations: { noLink: '没有链路时，两条连接之间只空几毫秒，不带游标的读者也丢得很少。' },
    },
  },
}
