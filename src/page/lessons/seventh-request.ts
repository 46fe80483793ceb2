import type { Net } from '../../client/transports/transport.ts'
import { mean } from '../../models/statistics.ts'
import { numberOf } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import type { RunContext } from './run-context.ts'
import { textOf } from './unit.ts'

/** HTTP/1.1 connections of a browser to one port of a host, for all its tabs. */
const LIMIT = 6
const CONNECTIONS = 8
/** The links of a profile: the last one is used by no other view of this page. */
const LAST_LINK = 8
/** A stream or a socket that has a connection is open within this time, also on a busy machine. */
const OPEN_MS = 500
/** ± of the time after which the first stream ends: what has no connection opens then, and not before. */
const toleranceMs = (holdMs: number): number => holdMs / 4
/** ms between the ends of two streams. */
const NEXT_END_MS = 500
const ROUNDS = 3

/** When the n-th stream opens in theory, in ms: one that has no connection waits until a stream ends. */
const opensAtMs = (n: number, holdMs: number, isMultiplexed: boolean): number =>
  isMultiplexed || n <= LIMIT ? 0 : holdMs + (n - LIMIT - 1) * NEXT_END_MS

/** One round: opens all at once, and ends one after the other later. @returns ms until each was open; null for one that never was */
async function openAll(
  count: number,
  holdMs: number,
  open: (ended: AbortSignal, onOpen: () => void) => void,
  context: RunContext,
): Promise<(number | null)[]> {
  const openMs = Array<number | null>(count).fill(null)
  const ends = Array.from({ length: count }, () => new AbortController())
  const startedAt = performance.now()
  try {
    for (const [index, end] of ends.entries()) {
      open(AbortSignal.any([end.signal, context.signal]), () => (openMs[index] ??= performance.now() - startedAt))
    }
    await context.wait(holdMs)
    for (const end of ends.slice(0, count - LIMIT)) {
      end.abort()
      await context.wait(NEXT_END_MS)
    }
    return openMs
  } finally {
    for (const end of ends) end.abort()
  }
}

const openStream =
  ({ base, fetch }: Net, room: string) =>
  (ended: AbortSignal, onOpen: () => void): void => {
    const read = async () => {
      const { body } = await fetch(`${base}/rooms/${room}/http-stream`, { signal: ended })
      onOpen()
      const reader = body?.getReader()
      while (reader && !(await reader.read()).done);
    }
    read().catch(() => undefined)
  }

const openSocket =
  ({ base, WebSocket }: Net, room: string) =>
  (ended: AbortSignal, onOpen: () => void): void => {
    const url = new URL(`${base}/rooms/${room}/websocket`)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(url, ['chat.v1'])
    socket.onopen = onOpen
    ended.addEventListener('abort', () => socket.close())
  }

function pointsOf(
  series: string,
  rounds: readonly (readonly (number | null)[])[],
  holdMs: number,
  modelMs: (n: number) => number,
): Point[] {
  return Array.from({ length: CONNECTIONS }, (_, index) => index + 1).flatMap((n) => {
    const values = rounds.flatMap((round) => round[n - 1] ?? [])
    if (values.length === 0) return []
    // Three rounds are too few for an interval of their mean: it reaches from the least to the most.
    const [value, low, high] = [mean(values), Math.min(...values), Math.max(...values)]
    return [
      { series, x: n, value, low, high, replicates: values.length, model: modelMs(n), tolerance: toleranceMs(holdMs) },
    ]
  })
}

const waitsOf = ({ points }: Findings, series: string) =>
  points.filter((point) => point.series === series && point.value > OPEN_MS)

export const seventhRequest: Lesson = {
  id: 'seventh-request',
  parameters: [{ kind: 'number', name: 'hold', values: [1, 2, 4], min: 1, max: 5, default: 2, unit: 's' }],
  chart: (settings) => {
    const most = numberOf(settings, 'hold') + 1
    const ticks = Array.from({ length: most + 1 }, (_, second) => second * 1000)
    return {
      x: { scale: 'linear', from: 1, to: CONNECTIONS, ticks: [1, 2, 3, 4, 5, 6, 7, 8], unit: 'count' },
      y: { scale: 'linear', from: 0, to: most * 1000, ticks, unit: 'ms' },
    }
  },
  prediction: () => ({ kind: 'choice', options: ['opens', 'error', 'waits', 'oldest'] }),
  curves: (settings) => [
    { series: 'http-stream', at: (x) => opensAtMs(Math.round(x), numberOf(settings, 'hold') * 1000, false) },
    { series: 'websocket', at: () => 0 },
  ],
  limitations: (_settings, { isMultiplexed, profiles }) =>
    isMultiplexed ? ['multiplexed'] : profiles.includes('local') ? [] : ['ownPort'],
  durationMs: (settings) => (ROUNDS + 1) * (numberOf(settings, 'hold') * 1000 + 2 * NEXT_END_MS) + 1000,
  survivesNoise: true,
  // The sockets open one after the other, in two round trips each.
  mostNoiseMs: (settings) => toleranceMs(numberOf(settings, 'hold') * 1000) / (CONNECTIONS * 2),
  run: async function* (context, settings) {
    const room = context.newRoom()
    const holdMs = numberOf(settings, 'hold') * 1000
    const { isMultiplexed } = context.place
    // A reader keeps the room, and compares the clocks.
    await context.openReader({ room, transport: 'websocket' })
    const net = context.netOver('local', LAST_LINK) ?? context.direct
    const streams: (number | null)[][] = []
    const sockets: (number | null)[][] = []
    const points = () => [
      ...pointsOf('http-stream', streams, holdMs, (n) => opensAtMs(n, holdMs, isMultiplexed)),
      ...pointsOf('websocket', sockets, holdMs, () => 0),
    ]
    for (let round = 0; round < ROUNDS; round += 1) {
      streams.push(await openAll(CONNECTIONS, holdMs, openStream(net, room), context))
      sockets.push(await openAll(CONNECTIONS, OPEN_MS, openSocket(net, room), context))
      context.progress((round + 1) / ROUNDS)
      yield points()
    }
    yield points()
  },
  answer: ({ points }) => {
    const seventh = points.find(({ series, x }) => series === 'http-stream' && x === LIMIT + 1)
    if (!seventh) return points.length > 0 ? 'error' : null
    return seventh.value > OPEN_MS ? 'waits' : 'opens'
  },
  judgeClaim: (findings) => {
    if (findings.points.length === 0) return 'open'
    return waitsOf(findings, 'http-stream').length > 0 ? 'does not hold' : 'holds'
  },
  texts: {
    en: {
      question: 'What happens to the seventh held request?',
      claim: 'A page can hold a request or a stream open in each tab, and in each of several places of the page.',
      what: (settings) =>
        `The page opens ${CONNECTIONS} streams to one port at the same moment, and then ${CONNECTIONS} WebSockets. The first stream ends after ${numberOf(settings, 'hold')} s, the second one ${NEXT_END_MS} ms later. The time until each is open is measured ${ROUNDS} times.`,
      x: 'stream or socket',
      y: 'open after',
      parameters: { hold: 'First stream ends after' },
      predict: 'Six streams are open to one port of the server, over HTTP/1.1. What happens to the seventh one?',
      options: {
        opens: 'It opens like the others',
        error: 'It fails with an error',
        waits: 'It waits without a sign',
        oldest: 'The browser closes the oldest stream for it',
      },
      finding: (findings) => {
        const waiting = waitsOf(findings, 'http-stream')
        const sockets = findings.points.filter(({ series }) => series === 'websocket')
        if (findings.points.length === 0) return 'No stream was opened.'
        const latest = Math.max(0, ...sockets.map(({ value }) => value))
        const streams =
          waiting.length === 0
            ? 'All streams opened at once.'
            : waiting.map(({ x, value }) => `Stream ${x} was open after ${textOf(value, 'ms')}.`).join(' ')
        return `${streams} All ${sockets.length} WebSockets were open within ${textOf(latest, 'ms')}.`
      },
      why: [
        'A browser opens at most six HTTP/1.1 connections to one port of a host, and all its tabs share them. A held request or a stream occupies a connection for as long as it is open. The next request waits inside the browser: it has not failed, and the server does not know of it.',
        'A WebSocket does not count among the six. HTTP/2 carries many requests on one connection, so the limit is some hundred streams there.',
      ],
      changes:
        'HTTP/2, other host names or ports, one tab that reads for all others (BroadcastChannel, SharedWorker), or WebSocket.',
      limitations: {
        multiplexed:
          'This page was loaded over HTTP/2, where all requests share one connection: the limit of six cannot be shown here.',
        ownPort:
          'Without links the streams use the port of this page. Requests of other tabs to it wait, too, while the experiment runs.',
      },
    },
    'zh-CN': {
      question: '第七个挂起的请求会怎样？',
      claim: '每个标签页、页面的每一处，都可以各挂一个请求或一条流。',
      what: (settings) =>
        `页面向同一个端口同时打开 ${CONNECTIONS} 条流，然后打开 ${CONNECTIONS} 个 WebSocket。第一条流 ${numberOf(settings, 'hold')} 秒后结束，第二条再过 ${NEXT_END_MS} 毫秒结束。打开所需的时间各测 ${ROUNDS} 次。`,
      x: '流或套接字的序号',
      y: '打开所需时间',
      parameters: { hold: '第一条流结束于' },
      predict: 'HTTP/1.1 下，同一端口已有六条流。第七条会怎样？',
      options: {
        opens: '和前面的一样打开',
        error: '报错',
        waits: '等待，没有任何提示',
        oldest: '浏览器为它关掉最早的一条',
      },
      finding: (findings) => {
        const waiting = waitsOf(findings, 'http-stream')
        const sockets = findings.points.filter(({ series }) => series === 'websocket')
        if (findings.points.length === 0) return '没有打开任何流。'
        const latest = Math.max(0, ...sockets.map(({ value }) => value))
        const streams =
          waiting.length === 0
            ? '所有流都立即打开。'
            : waiting.map(({ x, value }) => `第 ${x} 条流等了 ${textOf(value, 'ms')}。`).join('')
        return `${streams}${sockets.length} 个 WebSocket 都在 ${textOf(latest, 'ms')} 内打开。`
      },
      why: [
        '浏览器对同一主机的同一端口最多开六条 HTTP/1.1 连接，所有标签页共用。挂起的请求或流会一直占着一条。下一个请求就在浏览器里排队：它没有失败，服务器也不知道它。',
        'WebSocket 不算在这六条里。HTTP/2 在一条连接上并行许多请求，上限约为一百条流。',
      ],
      changes:
        'HTTP/2、别的主机名或端口、由一个标签页替其他标签页读（BroadcastChannel、SharedWorker），或改用 WebSocket。',
      limitations: {
        multiplexed: '此页面通过 HTTP/2 加载，所有请求共用一条连接，六条的上限在这里看不到。',
        ownPort: '没有链路时，流使用本页面的端口。实验期间其他标签页的请求也会等待。',
      },
    },
  },
}
