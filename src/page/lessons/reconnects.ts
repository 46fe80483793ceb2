import { meanPeakShare, mostWithin, pauseMs, peakShare, reconnectedMs } from '../../models/reconnects.ts'
import { mean, quantile } from '../../models/statistics.ts'
import { seededRandom } from '../../random.ts'
import { sleep } from '../../client/transports/time.ts'
import type { Net } from '../../client/transports/transport.ts'
import { numberOf } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import type { RunContext } from './run-context.ts'
import { textOf } from './unit.ts'

/** The profile of the links: all connections are reset in the last 2 s of every 15 s, and new ones too. */
const PROFILE = 'tunnel'
const LINKS = 9
const EVERY_MS = 15_000
const OUTAGE_MS = 2000
/** A client without jitter is back after the fourth pause: 250 + 500 + 1000 + 2000 ms. */
const BACK_MS = 6000
/** The busiest time of this length is looked for. */
const WINDOW_MS = 200
const JITTERS = [0, 0.3, 1]
const PART = textOf(JITTERS[1] ?? 0, 'share')
/** Five streams over each link: a browser opens six connections to a port, and other tabs may use one. */
const CLIENTS = 15
/** Reconnects that are within this share of the model's peak agree: at the edges of a window some ms decide. */
const TOLERANCE = 0.2
/** Of the clients, those whose time to connect is as usual. */
const EDGE_SHARE = 0.6
/** ms between attempts of a client that has not been connected yet. */
const FIRST_RETRY_MS = 200
/** A restart is imagined with this many clients. */
const IMAGINED_CLIENTS = 200
const CASES = 40

/** One client that reads a stream, and connects again after a back-off when it breaks. */
interface Client {
  jitter: number
  /** ms after each loss until it was connected again. */
  backMs: number[]
}

async function stayConnected(
  client: Client,
  { net, path }: { net: Net; path: string },
  context: RunContext,
  randomOf: (loss: number) => () => number,
  signal: AbortSignal,
): Promise<void> {
  let lostAt: number | null = null
  let isConnected = false
  /** When the next attempt is due. */
  let dueAt = 0
  let attempts = 0
  let random = randomOf(0)
  while (!signal.aborted) {
    try {
      const { body } = await net.fetch(net.base + path, { signal })
      if (lostAt !== null) client.backMs.push(performance.now() - lostAt)
      const reader = body?.getReader()
      lostAt = null
      attempts = 0
      isConnected = true
      while (reader && !(await reader.read()).done);
      throw new TypeError('the stream ended')
    } catch {
      if (isAborted(signal)) return
      if (isConnected) {
        lostAt = performance.now()
        random = randomOf(client.backMs.length)
        dueAt = lostAt
      }
      isConnected = false
      // From one attempt to the next: the time until an attempt fails differs from browser to browser.
      if (lostAt !== null) dueAt += pauseMs(attempts++, client.jitter, random)
      const ms = lostAt === null ? FIRST_RETRY_MS : Math.max(0, dueAt - performance.now())
      await sleep(ms, signal).catch(() => undefined)
    }
  }
}

/** A function, since the compiler assumes that a property is unchanged after an `await`. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted

const modelShare = (jitter: number, clients: number): number =>
  meanPeakShare({ clients, outageMs: OUTAGE_MS, jitter, windowMs: WINDOW_MS }, CASES, seededRandom(1, 1000 * jitter))

/** Connects per second in the busiest window, in a simulation. */
const imaginedPeakPerS = (jitter: number): number => {
  const random = seededRandom(2, 1000 * jitter)
  const settings = { clients: IMAGINED_CLIENTS, outageMs: OUTAGE_MS, jitter, windowMs: WINDOW_MS }
  const shares = Array.from({ length: CASES }, () => peakShare(settings, random))
  return (mean(shares) * IMAGINED_CLIENTS * 1000) / WINDOW_MS
}

/** When a client was back after a loss, in ms after the loss. */
interface Return {
  /** null for a client that was not back in time. */
  measuredMs: number | null
  modelMs: number
}

/** ms by which the times to connect differ from each other: the page, the browser and the server take their time. */
function edgeOf(returns: readonly Return[]): number {
  const delaysMs = returns.flatMap(({ measuredMs, modelMs }) => (measuredMs === null ? [] : [measuredMs - modelMs]))
  const usualMs = quantile(delaysMs, 0.5)
  const deviationsMs = delaysMs.map((ms) => Math.abs(ms - usualMs))
  return quantile(deviationsMs, EDGE_SHARE)
}

/** @param edgeMs clients within this time of an edge of the busiest window may belong into it, or not: this is the interval */
function pointOf(jitter: number, losses: readonly (readonly Return[])[], edgeMs: number): Point {
  const measured = (windowMs: number) =>
    mean(
      losses.map((returns) => {
        const timesMs = returns.flatMap(({ measuredMs }) => measuredMs ?? [])
        return mostWithin(timesMs, windowMs) / returns.length
      }),
    )
  const model = mean(
    losses.map((returns) => {
      const timesMs = returns.map(({ modelMs }) => modelMs)
      return mostWithin(timesMs, WINDOW_MS) / returns.length
    }),
  )
  return {
    ...{ series: 'clients', x: jitter, value: measured(WINDOW_MS), model, tolerance: TOLERANCE },
    low: measured(Math.max(1, WINDOW_MS - edgeMs)),
    high: measured(WINDOW_MS + edgeMs),
    replicates: losses.length,
  }
}

const valueOf = ({ points }: Findings, x: number): string => {
  const point = points.find((one) => one.x === x)
  return point ? textOf(point.value, 'share') : '…'
}

export const reconnects: Lesson = {
  id: 'reconnects',
  needs: [PROFILE],
  parameters: [{ kind: 'number', name: 'cuts', values: [1, 2, 3], min: 1, max: 3, default: 2, unit: 'count' }],
  chart: () => ({
    x: { scale: 'linear', from: 0, to: 1, ticks: [0, 0.3, 0.6, 1], unit: 'share' },
    y: { scale: 'linear', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], unit: 'share' },
  }),
  prediction: () => ({ kind: 'sketch', series: 'clients', xs: JITTERS }),
  curves: () => [{ series: 'clients', at: (jitter) => modelShare(jitter, CLIENTS) }],
  limitations: (_settings, { profiles }) => (profiles.includes(PROFILE) ? [] : ['noTunnel']),
  durationMs: (settings) => numberOf(settings, 'cuts') * EVERY_MS + BACK_MS,
  isLossy: true,
  run: async function* (context, settings) {
    if (!context.place.profiles.includes(PROFILE)) return
    const room = context.newRoom()
    const cuts = numberOf(settings, 'cuts')
    await context.openReader({ room, transport: 'websocket' })
    const end = new AbortController()
    const signal = AbortSignal.any([context.signal, end.signal])
    const clients = JITTERS.flatMap((jitter) => Array.from({ length: CLIENTS }, (): Client => ({ jitter, backMs: [] })))
    const randomOf = (index: number) => (loss: number) => context.random(10, index, loss)
    const connected = clients.map((client, index) => {
      const net = context.netOver(PROFILE, index % LINKS) ?? context.direct
      return stayConnected(client, { net, path: `/rooms/${room}/http-stream` }, context, randomOf(index), signal)
    })
    const pointsNow = (): Point[] => {
      // A client may still be waiting, which the model knows for some, too.
      const complete = clients.filter(({ backMs }) => backMs.length > 0).length
      if (complete < 0.9 * clients.length) return []
      const returns = clients.map((client, index): Return[] =>
        Array.from({ length: cuts }, (_, loss) => ({
          measuredMs: client.backMs[loss] ?? null,
          modelMs: reconnectedMs(OUTAGE_MS, client.jitter, context.random(10, index, loss)),
        })),
      )
      const edgeMs = edgeOf(returns.flat())
      return JITTERS.map((jitter) => {
        const group = returns.filter((_, index) => clients[index]?.jitter === jitter)
        const losses = Array.from({ length: cuts }, (_, loss) => group.flatMap((ofClient) => ofClient[loss] ?? []))
        return pointOf(jitter, losses, edgeMs)
      })
    }
    try {
      const startedAt = performance.now()
      const mostMs = cuts * EVERY_MS + BACK_MS
      const isOver = () => clients.every(({ backMs }) => backMs.length >= cuts)
      for (let elapsedMs = 0; elapsedMs < mostMs && !isOver(); elapsedMs = performance.now() - startedAt) {
        context.progress(elapsedMs / mostMs)
        await context.wait(500)
        yield pointsNow()
      }
      yield pointsNow()
    } finally {
      end.abort()
      await Promise.all(connected)
    }
  },
  judgeClaim: ({ points }) => {
    const at = (x: number) => points.find((point) => point.x === x)?.value
    const [without, full] = [at(0), at(1)]
    return without === undefined || full === undefined ? 'open' : without > 1.5 * full ? 'does not hold' : 'holds'
  },
  hues: { clients: 'http-stream' },
  texts: {
    en: {
      question: 'A restart with many clients: who comes back when?',
      claim: 'When the connection is lost, the client tries again after a fixed time.',
      what: (settings) =>
        `A page cannot restart the server, so ${JITTERS.length * CLIENTS} streams of this page run over links that cut all of them at the same moment, for 2 s, ${numberOf(settings, 'cuts')} times. ` +
        `Each stream connects again after a pause that doubles from 250 ms on. The pause is fixed for a third of them; ${PART} of it are random for a third, and all of it for a third.`,
      x: 'random part of the pause',
      y: 'connects in the busiest 200 ms',
      names: { clients: 'share of the clients' },
      parameters: { cuts: 'Cuts' },
      predict: 'Which share of the clients connects within the same 200 ms?',
      finding: (findings) =>
        `Without a random part, ${valueOf(findings, 0)} of the clients were back within the same 200 ms. With ${PART}, ${valueOf(findings, 0.3)} were, and with a pause that is random throughout, ${valueOf(findings, 1)}. ` +
        `A simulation of ${IMAGINED_CLIENTS} clients with the same formula has ${textOf(imaginedPeakPerS(0), 'per-second')}, ${textOf(imaginedPeakPerS(0.3), 'per-second')} and ${textOf(imaginedPeakPerS(1), 'per-second')} at its peak.`,
      why: [
        'Clients that lost their connections at the same moment, and wait for the same time, come back at the same moment. Each doubling keeps them together.',
        'A random pause spreads them over the whole window. The peak falls with the length of the window, and each client waits for a shorter time on average.',
      ],
      formula: 'pause before attempt n = 250 ms · 2ⁿ · (1 − jitter · random), at most 10 s',
      changes:
        'A longer outage widens the window, as the pauses double. A server that is slow to accept connections makes clients fail again, and so keeps the crowd together.',
      limitations: {
        noTunnel:
          'This page reaches no link that cuts connections, and it cannot restart the server: nothing is measured here. The line is a simulation.',
      },
    },
    'zh-CN': {
      question: '重启之后，许多客户端何时回来？',
      claim: '连接断开后，客户端隔固定时间重试即可。',
      what: (settings) =>
        `页面不能重启服务器，所以用会断开的链路：${JITTERS.length * CLIENTS} 条流同时断开 2 秒，共 ${numberOf(settings, 'cuts')} 次。每条流从 250 毫秒起加倍等待后重连：三分之一不加随机，三分之一有 ${PART} 随机，三分之一全部随机。`,
      x: '等待时间中的随机部分',
      y: '最忙的 200 毫秒里的重连',
      names: { clients: '客户端比例' },
      parameters: { cuts: '断开次数' },
      predict: '有多少客户端会挤在同一个 200 毫秒里重连？',
      finding: (findings) =>
        `不加随机时，${valueOf(findings, 0)} 的客户端挤在同一个 200 毫秒里；${PART} 随机时为 ${valueOf(findings, 0.3)}；全部随机时为 ${valueOf(findings, 1)}。` +
        `按同一公式模拟 ${IMAGINED_CLIENTS} 个客户端，峰值分别为 ${textOf(imaginedPeakPerS(0), 'per-second')}、${textOf(imaginedPeakPerS(0.3), 'per-second')} 和 ${textOf(imaginedPeakPerS(1), 'per-second')}。`,
      why: [
        '同一刻断开、又等同样久的客户端，会在同一刻回来。每次加倍也拆不开它们。',
        '随机等待把它们散布到整个时间窗里。窗口越长，峰值越低，而且每个客户端平均等得更短。',
      ],
      formula: '第 n 次重试前的等待 = 250 ms · 2ⁿ · (1 − 随机比例 · 随机数)，最多 10 秒',
      changes: '断得越久，等待加倍得越长，窗口就越宽。接受连接慢的服务器会让客户端再次失败，人群反而聚在一起。',
      limitations: { noTunnel: '此页面连不上会断开的链路，也不能重启服务器：这里没有实测。图中的线是模拟。' },
    },
  },
}
