import { exactly } from './estimates.ts'
import { numberOf, type Settings } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { LessonReader } from './members.ts'
import type { Point } from './point.ts'
import type { RunContext } from './run-context.ts'
import { textOf } from './unit.ts'

/** The link that resets a connection which is silent for IDLE_S. */
const LINK = 'idle-killer'
const IDLE_S = 10
/** Intervals, as shares of the time for which a silent connection is kept. One more is longer than that time. */
const BELOW = [0.2, 0.6]
const ABOVE = 1.15
/** A server may close a silent connection a little later. */
const MARGIN_S = 1
/** Polls at the longest interval, beside the first. */
const LONG_POLLS = 3
const TOLERANCE = 0.12

const keptS = (settings: Settings): number => numberOf(settings, 'keepAlive')
const intervalsS = (settings: Settings): number[] => [
  ...BELOW.map((share) => share * keptS(settings)),
  longestS(settings),
]
const longestS = (settings: Settings): number => ABOVE * keptS(settings) + MARGIN_S

const totalMs = (settings: Settings): number => 1000 * LONG_POLLS * longestS(settings) + 1000
/** Polls in this time: the first begins it. */
const pollsWithin = (intervalS: number, ms: number): number => 1 + ms / 1000 / intervalS

const perPoll = ({ points }: Findings, isLong: boolean): number | null => {
  const ordered = points.toSorted((a, b) => a.x - b.x)
  return (isLong ? ordered.at(-1) : ordered[0])?.value ?? null
}
const timesText = (value: number | null): string => (value === null ? '…' : textOf(value, 'count'))

/** One short poll after the other, at intervals below and above the time for which a silent connection is kept. */
export const pollConnections: Lesson = {
  id: 'poll-connections',
  parameters: [
    { kind: 'number', name: 'keepAlive', values: [IDLE_S], min: 1, max: IDLE_S, default: IDLE_S, unit: 's' },
  ],
  chart: (settings) => ({
    x: {
      scale: 'log',
      from: 0.15 * keptS(settings),
      to: 1.5 * longestS(settings),
      ticks: intervalsS(settings),
      unit: 's',
    },
    y: { scale: 'linear', from: 0, to: 1.1, ticks: [0, 0.25, 0.5, 0.75, 1], unit: 'count' },
  }),
  prediction: () => ({ kind: 'choice', options: ['one', 'each', 'depends'] }),
  curves: (settings) => [
    {
      series: 'short-poll',
      at: (intervalS) => (intervalS > keptS(settings) ? 1 : 1 / pollsWithin(intervalS, totalMs(settings))),
    },
  ],
  limitations: (settings, { profiles, isMultiplexed }) => [
    ...(keptS(settings) === IDLE_S && !profiles.includes(LINK) ? ['noIdleKiller'] : []),
    ...(isMultiplexed && !profiles.includes(LINK) ? ['multiplexed'] : []),
  ],
  durationMs: totalMs,
  survivesNoise: true,
  async *run(context, settings) {
    const overLink = keptS(settings) === IDLE_S && context.place.profiles.includes(LINK)
    const serverS = overLink ? null : await keepAliveOf(context)
    // Without the link, an interval above the server's own time would take minutes.
    const intervals = intervalsS(settings).filter((s) => overLink || s < keptS(settings) || serverS === keptS(settings))
    const room = context.newRoom()
    const open = (intervalS: number, link: number) => {
      const way = overLink ? { link, profile: LINK } : {}
      return context.openReader({ room, transport: 'short-poll', tuning: { intervalMs: 1000 * intervalS }, ...way })
    }
    const points: Point[] = []
    const pointOf = (intervalS: number, reader: LessonReader): Point[] => {
      const { polls, opened } = reader.counts
      const model = intervalS > keptS(settings) ? 1 : 1 / polls
      if (polls < 2) return []
      return [
        {
          ...exactly(opened / polls, model, polls),
          series: 'short-poll',
          x: intervalS,
          tolerance: TOLERANCE,
        },
      ]
    }
    if (overLink) {
      // Each reader uses a different port: a browser shares no connection between two ports.
      const readers = await Promise.all(intervals.map(async (s, link) => ({ s, reader: await open(s, link) })))
      yield* context.elapse(totalMs(settings), () => readers.flatMap(({ s, reader }) => pointOf(s, reader)))
      return
    }
    // One after the other: a poll may use any connection that the page keeps to the server.
    for (const s of intervals) {
      const reader = await open(s, 0)
      const ms = 1000 * s * LONG_POLLS + 700
      for await (const now of context.elapse(ms, () => pointOf(s, reader))) yield [...points, ...now]
      points.push(...pointOf(s, reader))
      reader.leave()
    }
    yield points
  },
  answer: (findings) => {
    const [short, long] = [perPoll(findings, false), perPoll(findings, true)]
    if (short === null || long === null || findings.points.length < BELOW.length + 1) return null
    return short > 0.9 ? 'each' : long < 0.5 ? 'one' : 'depends'
  },
  judgeClaim: (findings) => {
    const [short, long] = [perPoll(findings, false), perPoll(findings, true)]
    if (short === null || long === null || findings.points.length < BELOW.length + 1) return 'open'
    return short > 0.9 ? 'holds' : long > 0.9 ? 'holds in part' : 'does not hold'
  },
  texts: {
    en: {
      question: 'Does each poll open a connection?',
      claim: 'Each poll opens a new TCP connection and closes it again, which costs the server dearly.',
      what: (settings) =>
        `Short polls at intervals below and above the ${textOf(keptS(settings), 's')} for which a silent connection is kept here. The server counts the TCP connections.`,
      x: 'poll interval',
      y: 'connections per poll',
      parameters: { keepAlive: 'A silent connection is kept for' },
      predict: 'How many connections do the polls open?',
      options: {
        one: 'One, which all polls use',
        each: 'A new one for each poll',
        depends: 'It depends on the interval',
      },
      finding: (findings) =>
        `At the shortest interval ${timesText(perPoll(findings, false))} connections were opened per poll, at the longest ${timesText(perPoll(findings, true))}.`,
      why: [
        'HTTP/1.1 keeps a connection open after an answer, so that the next request can use it. Server, client and each device between them end a connection that is silent for too long.',
        'So a poll opens a connection only if the interval outlasts the shortest of these times. Then each poll pays for a handshake, and for another one with TLS.',
      ],
      formula: 'connections per poll = 1/polls below the keep-alive time, 1 above',
      changes:
        'Servers keep a silent connection for 5 s (Node, Apache) to 75 s (nginx), this one for 72 s. A mobile network may forget one sooner. HTTP/2 uses one connection for everything.',
      limitations: {
        noIdleKiller:
          'No emulated link is reachable from this browser. This server keeps a silent connection for longer than a run may take, so only the intervals below that time are shown.',
        multiplexed: 'This page was loaded over HTTP/2: one connection carries all polls at any interval.',
      },
    },
    'zh-CN': {
      question: '每次轮询都新建连接吗？',
      claim: '每次轮询都要新建一条 TCP 连接，用完就关，服务器负担很重。',
      what: (settings) =>
        `这里的空闲连接保留 ${textOf(keptS(settings), 's')}。短轮询的间隔有比它短的，也有比它长的，由服务器数 TCP 连接。`,
      x: '轮询间隔',
      y: '每次轮询的连接数',
      parameters: { keepAlive: '空闲连接保留' },
      predict: '这些轮询会打开多少条连接？',
      options: { one: '一条，大家共用', each: '每次轮询一条新的', depends: '要看间隔' },
      finding: (findings) =>
        `间隔最短时平均每次轮询新建 ${timesText(perPoll(findings, false))} 条连接，间隔最长时 ${timesText(perPoll(findings, true))} 条。`,
      why: [
        'HTTP/1.1 在响应之后不关连接，下一个请求可以接着用。服务器、客户端以及中间的每一个设备，都会关掉沉默太久的连接。',
        '所以只有当间隔超过其中最短的时限，轮询才要新建连接。那时每次轮询都要付一次握手，用 TLS 还要再付一次。',
      ],
      formula: '每次轮询的连接数：间隔短于保留时间时为 1/轮询次数，长于时为 1',
      changes:
        '服务器保留空闲连接的时间从 5 秒（Node、Apache）到 75 秒（nginx）不等，本服务器是 72 秒；移动网络可能忘得更快。HTTP/2 一条连接走所有请求。',
      limitations: {
        noIdleKiller:
          '从这个浏览器连不到任何模拟链路。本服务器保留空闲连接的时间比一次实验还长，所以只显示比它短的间隔。',
        multiplexed: '本页是用 HTTP/2 打开的：不管间隔多长，一条连接承载所有轮询。',
      },
    },
  },
}

/** s for which the server keeps a silent connection, as it says itself; null where it does not say so. */
async function keepAliveOf({ direct, signal }: RunContext): Promise<number | null> {
  const response = await direct.fetch(`${direct.base}/about`, { signal, cache: 'no-store' })
  await response.text()
  const seconds = /timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '')?.[1]
  return seconds === undefined ? null : Number(seconds)
}
