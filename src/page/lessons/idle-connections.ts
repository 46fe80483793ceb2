import type { Net } from '../../client/transports/transport.ts'
import { quantile } from '../../models/statistics.ts'
import { inGroups, meanOfBlocks } from './estimates.ts'
import { numberOf } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import type { RunContext } from './run-context.ts'
import { textOf } from './unit.ts'

/** Shares of the sockets that are open at each step. */
const STEPS = [0, 0.25, 0.5, 1]
/** Requests that are timed at each step, in groups. */
const REQUESTS = 30
const GROUPS = 5
/** ms that a request may take longer than without idle sockets. */
const TOLERANCE_MS = 10
/** A request of a browser to this machine takes about this long. */
const USUAL_MS = 2

const openSocket = ({ base, WebSocket }: Net, room: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const url = new URL(`${base}/rooms/${room}/websocket`)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(url, ['chat.v1'])
    socket.onopen = () => resolve()
    socket.onerror = () => reject(new Error('a socket was not opened'))
    signal.addEventListener('abort', () => socket.close())
  })

/** ms that each of a number of requests takes, one after the other. */
async function timeRequests({ base, fetch }: Net, room: string, context: RunContext): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < REQUESTS; index += 1) {
    const startedAt = performance.now()
    await (await fetch(`${base}/rooms/${room}/members`, { signal: context.signal })).text()
    times.push(performance.now() - startedAt)
    await context.wait(10)
  }
  return times
}

const mediansOf = (times: readonly number[]): number[] => inGroups(times, GROUPS).map((group) => quantile(group, 0.5))

const valueOf = ({ points }: Findings, at: 'first' | 'last'): Point | undefined =>
  points.toSorted((a, b) => a.x - b.x).at(at === 'first' ? 0 : -1)

export const idleConnections: Lesson = {
  id: 'idle-connections',
  parameters: [
    { kind: 'number', name: 'sockets', values: [40, 100, 200], min: 4, max: 200, default: 200, unit: 'count' },
  ],
  chart: (settings) => {
    const most = numberOf(settings, 'sockets')
    return {
      x: { scale: 'linear', from: 0, to: most, ticks: STEPS.map((share) => share * most), unit: 'count' },
      y: { scale: 'linear', from: 0, to: 20, ticks: [0, 5, 10, 15, 20], unit: 'ms' },
    }
  },
  prediction: () => ({ kind: 'choice', options: ['same', 'grows', 'hangs'] }),
  // A waiting socket costs no time: a request takes as long as without them.
  curves: () => [{ series: 'request', at: () => USUAL_MS }],
  limitations: () => ['memory'],
  durationMs: () => STEPS.length * REQUESTS * 25 + 4000,
  run: async function* (context, settings) {
    const room = context.newRoom()
    const most = numberOf(settings, 'sockets')
    await context.openReader({ room, transport: 'websocket' })
    const end = new AbortController()
    const signal = AbortSignal.any([context.signal, end.signal])
    const points: Point[] = []
    let open = 0
    let usualMs: number | null = null
    try {
      // The first requests open a connection and warm the server up.
      await timeRequests(context.direct, room, context)
      for (const [index, share] of STEPS.entries()) {
        for (; open < share * most; open += 1) {
          context.signal.throwIfAborted()
          // One after the other: a browser opens one socket to a host at a time in any case.
          await openSocket(context.direct, room, signal)
        }
        const medians = mediansOf(await timeRequests(context.direct, room, context))
        usualMs ??= medians.reduce((sum, ms) => sum + ms, 0) / medians.length
        const model = usualMs
        const estimate = meanOfBlocks(medians.map((value) => ({ value, model })))
        if (estimate) points.push({ series: 'request', x: open, tolerance: TOLERANCE_MS, ...estimate })
        context.progress((index + 1) / STEPS.length)
        yield [...points]
      }
    } finally {
      end.abort()
    }
  },
  answer: (findings) => {
    const [first, last] = [valueOf(findings, 'first'), valueOf(findings, 'last')]
    if (!first || !last || findings.points.length < STEPS.length) return null
    return last.value - first.value > TOLERANCE_MS ? 'grows' : 'same'
  },
  judgeClaim: (findings) => {
    const [first, last] = [valueOf(findings, 'first'), valueOf(findings, 'last')]
    if (!first || !last || findings.points.length < STEPS.length) return 'open'
    return last.value - first.value > TOLERANCE_MS ? 'holds' : 'does not hold'
  },
  hues: { request: 'short-poll' },
  texts: {
    en: {
      question: 'Do connections that only wait keep the server busy?',
      claim: 'Each connection that stays open occupies a thread of the server.',
      what: (settings) =>
        `The page opens ${numberOf(settings, 'sockets')} WebSockets that only wait, in four steps. At each step it times ${REQUESTS} requests to the same server. A server with a thread for each connection, and a pool of 200 threads, would not answer any more.`,
      x: 'waiting WebSockets',
      y: 'time of a request',
      names: { request: 'one request' },
      parameters: { sockets: 'WebSockets' },
      predict: 'What happens to other requests while the sockets wait?',
      options: {
        same: 'They take as long as before',
        grows: 'They take longer, the more sockets there are',
        hangs: 'From some number on, they get no answer',
      },
      finding: (findings) => {
        const [first, last] = [valueOf(findings, 'first'), valueOf(findings, 'last')]
        if (!first || !last) return 'No request was timed.'
        return `A request took ${textOf(first.value, 'ms')} without waiting sockets, and ${textOf(last.value, 'ms')} with ${last.x} of them.`
      },
      why: [
        'A thread for each connection is one way to build a server: that of many servlet containers. This server has one thread for all connections. The system tells it which of them have something to read, and the others cost no time.',
        'They cost memory: a socket, its buffers, and a position in the log. The benchmark measures that in KiB for each connection.',
      ],
      changes:
        'A server with a thread for each connection, or with a pool. Messages cost time, too: each has to be written to every connection.',
      limitations: {
        memory:
          'A page cannot see the memory of the server. With --metrics it stands in /metrics, and npm run bench measures it for each connection.',
      },
    },
    'zh-CN': {
      question: '只是等着的连接，会让服务器忙起来吗？',
      claim: '每条长连接都要占用服务器的一个线程。',
      what: (settings) =>
        `页面分四步打开 ${numberOf(settings, 'sockets')} 个只等不发的 WebSocket，每一步对同一台服务器计时 ${REQUESTS} 个请求。若服务器一条连接一个线程、线程池 200 个，到最后就不再响应了。`,
      x: '等待中的 WebSocket',
      y: '一个请求的时间',
      names: { request: '一个请求' },
      parameters: { sockets: 'WebSocket 数' },
      predict: '这些套接字等着的时候，别的请求会怎样？',
      options: { same: '和以前一样快', grows: '套接字越多越慢', hangs: '到某个数量之后得不到响应' },
      finding: (findings) => {
        const [first, last] = [valueOf(findings, 'first'), valueOf(findings, 'last')]
        if (!first || !last) return '没有计时到请求。'
        return `没有等待的套接字时，一个请求用 ${textOf(first.value, 'ms')}；有 ${last.x} 个时用 ${textOf(last.value, 'ms')}。`
      },
      why: [
        '一条连接一个线程只是服务器的一种写法，许多 Servlet 容器如此。本服务器用一个线程管所有连接：系统告诉它哪些有东西可读，其余的不花时间。',
        '它们花的是内存：一个套接字、它的缓冲区、一个日志位置。基准测试量出每条连接多少 KiB。',
      ],
      changes: '换成一条连接一个线程或有线程池的服务器就不同了。消息也花时间：每一条都要写给每个连接。',
      limitations: {
        memory: '页面看不到服务器的内存。用 --metrics 启动后可在 /metrics 查看，npm run bench 会量出每条连接的内存。',
      },
    },
  },
}
