import type { TransportName } from '../../transports.ts'
import { now } from '../measure/clock.ts'
import { dueMessages } from './due-messages.ts'
import { exactly } from './estimates.ts'
import { readForgetfully } from './forgetful-reader.ts'
import { numberOf } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import { textOf } from './unit.ts'

/** The profile of the link: all connections are reset in the last 2 s of every 15 s, and new ones too. */
const PROFILE = 'tunnel'
const EVERY_MS = 15_000
const CUT_MS = 2000
const [EVERY_S, CUT_S] = [EVERY_MS / 1000, CUT_MS / 1000]

const TRANSPORTS = ['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream'] as const satisfies TransportName[]
const POLL_MS = 500
/** A reader without a memory connects again after 100 ms: half of it passes on average once the link is back, and a connection is opened. */
const RECONNECT_MS = 70
/** A message that is younger than this may still be under way. */
const UNDER_WAY_MS = 4000

/** The share of messages in theory that a reader without a memory loses. A poll loses what came since the last poll, too. */
const lostShare = (transport: string): number =>
  (CUT_MS + (transport === 'short-poll' ? POLL_MS / 2 : 0) + RECONNECT_MS) / EVERY_MS
/** Of that share: the time to connect again is random, and a poll comes at a random time. */
const TOLERANCE = 0.035

const lostBy = (findings: Findings, series: string): number[] =>
  findings.points.filter((point) => point.series === series).map(({ value }) => value)

export const cuts: Lesson = {
  id: 'cuts',
  needs: [PROFILE],
  parameters: [
    { kind: 'number', name: 'rate', values: [5, 10, 20], min: 2, max: 30, default: 10, unit: 'per-second' },
    { kind: 'number', name: 'cuts', values: [1, 2, 3], min: 1, max: 3, default: 2, unit: 'count' },
  ],
  chart: () => ({
    x: { categories: TRANSPORTS },
    y: { scale: 'linear', from: 0, to: 0.25, ticks: [0, 0.05, 0.1, 0.15, 0.2, 0.25], unit: 'share' },
  }),
  prediction: () => ({ kind: 'sketch', series: 'forgetful', xs: [TRANSPORTS.indexOf('websocket')] }),
  curves: () => [
    { series: 'resumed', at: () => 0 },
    { series: 'forgetful', at: (x) => lostShare(TRANSPORTS[x] ?? '') },
  ],
  limitations: (_settings, { profiles }) => (profiles.includes(PROFILE) ? [] : ['noTunnel']),
  durationMs: (settings) => numberOf(settings, 'cuts') * EVERY_MS + 6000,
  survivesNoise: true,
  run: async function* (context, settings) {
    if (!context.place.profiles.includes(PROFILE)) return
    const room = context.newRoom()
    const perS = numberOf(settings, 'rate')
    const periods = numberOf(settings, 'cuts')
    const durationMs = periods * EVERY_MS
    const publisher = await context.openPublisher(room, perS)
    const readers = await Promise.all(
      TRANSPORTS.map((transport, index) =>
        context.openReader({ room, transport, tuning: { intervalMs: POLL_MS }, profile: PROFILE, link: 1 + index }),
      ),
    )
    const end = new AbortController()
    const signal = AbortSignal.any([context.signal, end.signal])
    const forgetful = TRANSPORTS.map((transport, index) => ({ transport, index, received: new Set<string>() }))
    const reading = forgetful.map(({ transport, index, received }) => {
      const net = context.netOver(PROFILE, 1 + index) ?? context.direct
      const onMessage = ({ id }: { id: string }) => void received.add(id)
      return readForgetfully({ net, room, transport, until: 'break', intervalMs: POLL_MS, onMessage }, signal)
    })
    try {
      const slotMs = 1000 / perS
      // Evenly spaced: chance then affects the number of messages in a cut by one at most.
      const dueMs = Array.from({ length: Math.floor(durationMs / slotMs) }, (_, index) => (index + 0.5) * slotMs)
      yield* context.publish([{ publisher, dueMs }], durationMs, (span) => {
        const old = dueMessages(publisher, dueMs, span, context.toServerTime(now()), UNDER_WAY_MS)
        if (old.length === 0) return []
        const share = (received: ReadonlySet<string>) => old.filter((id) => !received.has(id)).length / old.length
        return [
          ...readers.map((reader, index): Point => {
            const lost = share(new Set(reader.deliveries.map(({ event }) => event.id)))
            return { series: 'resumed', x: index, tolerance: 0.001, ...exactly(lost, 0, old.length) }
          }),
          ...forgetful.map(({ transport, index, received }): Point => {
            const value = share(received)
            // Where a cut begins and ends between two messages is not known.
            const margin = periods / old.length
            const [low, high] = [Math.max(0, value - margin), value + margin]
            const model = lostShare(transport)
            return { series: 'forgetful', x: index, value, low, high, replicates: periods, model, tolerance: TOLERANCE }
          }),
        ]
      })
    } finally {
      end.abort()
      await Promise.all(reading)
    }
  },
  judgeClaim: (findings) => {
    const lost = lostBy(findings, 'forgetful')
    return lost.length === 0 ? 'open' : Math.max(...lost) > 0.01 ? 'does not hold' : 'holds'
  },
  texts: {
    en: {
      question: `A tunnel every ${EVERY_S} seconds: what is lost?`,
      claim: 'When the connection closes, the client opens a new one, and everything goes on.',
      what: (settings) =>
        `A link cuts all connections for ${CUT_S} s in every ${EVERY_S} s, as a tunnel does on a train. Over it, two clients read ${textOf(numberOf(settings, 'rate'), 'count')} messages a second by each transport: ` +
        'the client of this page, which continues at its cursor, and a client that opens a new connection and starts with the next message.',
      x: 'transport',
      y: 'lost messages',
      names: { resumed: 'continues at its cursor', forgetful: 'begins again' },
      parameters: { rate: 'Messages per second', cuts: 'Cuts' },
      predict: 'Which share of the messages does a WebSocket lose that is opened again without a cursor?',
      finding: (findings) => {
        const forgetful = lostBy(findings, 'forgetful')
        const resumed = lostBy(findings, 'resumed')
        if (forgetful.length === 0) return 'No message was counted.'
        const most = textOf(Math.max(...forgetful), 'share')
        const least = textOf(Math.min(...forgetful), 'share')
        const kept =
          Math.max(...resumed) === 0
            ? 'With a cursor, no transport lost a message.'
            : `With a cursor, up to ${textOf(Math.max(...resumed), 'share')} were lost.`
        return `Clients that began again lost ${least === most ? most : `${least} to ${most}`} of the messages. ${kept}`
      },
      why: [
        'A new connection begins now. What was stored while there was no connection is history for it, and a server that only forwards messages does not have that history.',
        'The transport makes little difference. What makes the difference is the position in the log that the client keeps, and that the server keeps the log.',
      ],
      formula: `lost share = (cut + time to connect again) / period = (${CUT_S} + ${RECONNECT_MS / 1000}) / ${EVERY_S}`,
      changes:
        'Longer back-off pauses lose more without a cursor, and delay more with one. A cut that outlasts the history of the server loses messages in any case: the server then says so by a reset.',
      limitations: {
        noTunnel:
          'This page reaches no link that cuts connections, so nothing can be shown here. Open it on the machine of the server, over HTTP.',
      },
    },
    'zh-CN': {
      question: `每 ${EVERY_S} 秒过一次隧道，会丢什么？`,
      claim: '连接断了，客户端重新建一条，一切照旧。',
      what: (settings) =>
        `链路每 ${EVERY_S} 秒断开 ${CUT_S} 秒，像火车过隧道。每秒 ${numberOf(settings, 'rate')} 条消息，每种传输方式各有两个读者：本页面的客户端从游标处继续；另一个只是重新连接，从下一条消息开始。`,
      x: '传输方式',
      y: '丢失的消息',
      names: { resumed: '从游标继续', forgetful: '重新开始' },
      parameters: { rate: '每秒消息数', cuts: '断开次数' },
      predict: '不带游标重新连接的 WebSocket 会丢多少消息？',
      finding: (findings) => {
        const forgetful = lostBy(findings, 'forgetful')
        const resumed = lostBy(findings, 'resumed')
        if (forgetful.length === 0) return '没有统计到消息。'
        const most = textOf(Math.max(...forgetful), 'share')
        const least = textOf(Math.min(...forgetful), 'share')
        const kept =
          Math.max(...resumed) === 0
            ? '带游标时，每种传输方式都一条不丢。'
            : `带游标时最多丢了 ${textOf(Math.max(...resumed), 'share')}。`
        return `重新开始的客户端丢了 ${least === most ? most : `${least} 到 ${most}`} 的消息。${kept}`
      },
      why: [
        '新连接从“现在”开始。断线期间存下的消息对它来说是历史，而只负责转发的服务器没有历史。',
        '用哪种传输方式差别不大。起作用的是客户端记住的位置，以及服务器保留的日志。',
      ],
      formula: `丢失比例 =（断开时间 + 重连时间）/ 周期 = (${CUT_S} + ${RECONNECT_MS / 1000}) / ${EVERY_S}`,
      changes:
        '退避时间越长，不带游标丢得越多，带游标则延迟越大。断开时间超过服务器保留的历史，无论如何都会丢：服务器会用 reset 告知。',
      limitations: { noTunnel: '此页面连不上会断开的链路，这里无法演示。请在服务器所在的机器上用 HTTP 打开。' },
    },
  },
}
