import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { pushedBytes } from '../../models/framing.ts'
import type { Batch } from '../../protocol.ts'
import type { TransportName } from '../../transports.ts'
import { transports } from '../../client/transports/index.ts'
import { DEFAULT_TUNING, type Net } from '../../client/transports/transport.ts'
import { now } from '../measure/clock.ts'
import { meanOfGroups, type Pair } from './estimates.ts'
import { numberOf, secondsParameter, type Settings } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import type { RunContext, Span } from './run-context.ts'
import { textOf } from './unit.ts'

/** The profile of the link: holds the bytes of an answer until the answer is complete, or until this many are held. */
const PROFILE = 'buffering'
const HELD_BYTES = 16_384
const HELD_KIB = HELD_BYTES / 1024
/** The head of a streamed answer, which is held too. */
const HEAD_BYTES = 400

const TRANSPORTS = ['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream'] as const satisfies TransportName[]
const POLL_MS = 500
const GROUPS = 4
/** The usual bytes of a pushed piece without the text: ids, names and numbers. For the line that is drawn before a run. */
const PIECE_BYTES = 240

interface Arrival {
  batch: Batch
  /** By this page's clock. */
  receivedAt: number
}

/** A reader without a token, which is no member: a member would wait for the head of its answer before it counts as open. */
async function readOver(
  { net, room, transport, cursor }: { net: Net; room: string; transport: TransportName; cursor: string | null },
  arrivals: Arrival[],
  signal: AbortSignal,
): Promise<void> {
  const tuning = { ...DEFAULT_TUNING, intervalMs: POLL_MS }
  try {
    const connection = transports[transport].open({ net, room, token: null, tuning })
    for await (const batch of connection.receive(cursor, signal, () => undefined))
      arrivals.push({ batch, receivedAt: now() })
  } catch {
    // The run is over, or the connection broke: the points then show what is missing.
  }
}

const isStream = (transport: TransportName): transport is 'sse' | 'http-stream' =>
  transport === 'sse' || transport === 'http-stream'

const messagesIn = ({ events }: Batch) => events.flatMap((event) => (event.type === 'message' ? [event] : []))

/** What each message waits at the buffering proxy, in ms: until the pieces behind it fill the buffer. */
function replayedWaitsMs(transport: 'sse' | 'http-stream', batches: readonly Batch[]): number[] {
  const waitsMs: number[] = []
  let held: number[] = []
  let heldBytes = HEAD_BYTES
  for (const batch of batches) {
    const messages = messagesIn(batch)
    held.push(...messages.map(({ at }) => at))
    // ASCII texts: characters are bytes.
    heldBytes += pushedBytes[transport]({ batchBytes: JSON.stringify(batch).length, cursorBytes: batch.cursor.length })
    const releasedAt = messages.at(-1)?.at
    if (heldBytes < HELD_BYTES || releasedAt === undefined) continue
    waitsMs.push(...held.map((at) => releasedAt - at))
    held = []
    heldBytes = 0
  }
  return waitsMs
}

/** The mean in theory: half of the time that fills the buffer. */
const meanWaitMs = (transport: TransportName, settings: Settings): number => {
  if (transport === 'short-poll') return POLL_MS / 2
  if (!isStream(transport)) return 1
  const messages = Math.ceil(HELD_BYTES / (PIECE_BYTES + numberOf(settings, 'size')))
  return ((messages - 1) / 2 / numberOf(settings, 'rate')) * 1000
}

function pointOf(
  { series, index, transport }: { series: string; index: number; transport: TransportName },
  arrivals: readonly Arrival[],
  context: RunContext,
  { fromMs, toMs }: Span,
): Point[] {
  const isHeld = series === 'buffered' && isStream(transport)
  const waits = isHeld
    ? replayedWaitsMs(
        transport,
        arrivals.map(({ batch }) => batch),
      )
    : []
  const { directMs } = context.conditions
  // A chart with a logarithmic axis begins at 1 ms.
  const usualMs = Math.max(1, transport === 'short-poll' ? POLL_MS / 2 + directMs : directMs)
  const pairs = arrivals
    .flatMap(({ batch, receivedAt }) => messagesIn(batch).map(({ at }) => ({ at, receivedAt })))
    .map(({ at, receivedAt }, n): Pair & { at: number } => ({
      at,
      value: context.toServerTime(receivedAt) - at - 0.5,
      model: isHeld ? (waits[n] ?? Number.NaN) + directMs : usualMs,
    }))
    .filter(({ at, model }) => at >= fromMs && at < toMs && !Number.isNaN(model))
  const estimate = meanOfGroups(pairs, GROUPS)
  return estimate ? [{ series, x: index, tolerance: 40 + 0.1 * estimate.model, ...estimate }] : []
}

const valueOf = ({ points }: Findings, series: string, transport: TransportName): number | undefined =>
  points.find((point) => point.series === series && point.x === TRANSPORTS.indexOf(transport as 'sse'))?.value

/** The latency over the buffering proxy as text. `none`: no message came in time. */
const latencyTextOf =
  (findings: Findings, none: string) =>
  (transport: TransportName): string => {
    const value = valueOf(findings, 'buffered', transport)
    return value === undefined ? none : textOf(Math.max(1, value), 'ms')
  }

export const buffering: Lesson = {
  id: 'buffering',
  needs: [PROFILE],
  parameters: [
    { kind: 'number', name: 'rate', values: [10, 20, 40], min: 8, max: 60, default: 20, unit: 'per-second' },
    { kind: 'number', name: 'size', values: [40, 200, 1000], min: 4, max: 1000, default: 200, unit: 'bytes' },
    secondsParameter(16, 6),
  ],
  chart: () => ({
    x: { categories: TRANSPORTS },
    y: { scale: 'log', from: 1, to: 10_000, ticks: [1, 10, 100, 1000, 10_000], unit: 'ms' },
  }),
  prediction: () => ({ kind: 'choice', options: ['none', 'websocket', 'streams', 'all'] }),
  curves: (settings) => [
    { series: 'buffered', at: (x) => meanWaitMs(TRANSPORTS[x] ?? 'websocket', settings) },
    { series: 'direct', at: (x) => (TRANSPORTS[x] === 'short-poll' ? POLL_MS / 2 : 1) },
  ],
  limitations: (_settings, { profiles }) => [...(profiles.includes(PROFILE) ? [] : ['noBuffering']), 'slowReader'],
  durationMs: (settings) => numberOf(settings, 'seconds') * 1000 + 2000,
  run: async function* (context, settings) {
    if (!context.place.profiles.includes(PROFILE)) return
    const room = context.newRoom()
    const ratePerS = numberOf(settings, 'rate')
    const durationMs = numberOf(settings, 'seconds') * 1000
    const publisher = await context.openPublisher(room, ratePerS)
    const witness = await context.openReader({ room, transport: 'websocket' })
    const { cursor } = witness.member
    const end = new AbortController()
    const signal = AbortSignal.any([context.signal, end.signal])
    const readers = TRANSPORTS.flatMap((transport, index) =>
      (['direct', 'buffered'] as const).map((series) => {
        const net = context.netOver(series === 'buffered' ? PROFILE : 'local', 1 + index) ?? context.direct
        const arrivals: Arrival[] = []
        return {
          series,
          index,
          transport,
          arrivals,
          reading: readOver({ net, room, transport, cursor }, arrivals, signal),
        }
      }),
    )
    try {
      const dueMs = poissonArrivalsMs(context.random(1), ratePerS, durationMs)
      const size = numberOf(settings, 'size')
      const text = (index: number) => `${index} `.padEnd(size, 'lorem ipsum dolor ').slice(0, size).replace(/ $/, '.')
      yield* context.publish([{ publisher, dueMs, text }], durationMs, (span) =>
        readers.flatMap((reader) => pointOf(reader, reader.arrivals, context, span)),
      )
    } finally {
      end.abort(new DOMException('the run is over', 'AbortError'))
      await Promise.all(readers.map(({ reading }) => reading))
    }
  },
  answer: (findings) => {
    const slow = TRANSPORTS.filter((transport) => {
      const [held, direct] = [valueOf(findings, 'buffered', transport), valueOf(findings, 'direct', transport)]
      return direct !== undefined && (held === undefined || held > direct + 100)
    })
    if (findings.points.length === 0) return null
    if (slow.length === 0) return 'none'
    if (slow.every(isStream)) return 'streams'
    return slow.includes('websocket') ? 'all' : null
  },
  judgeClaim: (findings) => {
    const held = valueOf(findings, 'buffered', 'sse')
    const direct = valueOf(findings, 'direct', 'sse')
    if (held === undefined || direct === undefined) return 'open'
    return held > direct + 100 ? 'does not hold' : 'holds'
  },
  hues: { buffered: 'sse', direct: 'websocket' },
  texts: {
    en: {
      question: 'What does a proxy that buffers do to each transport?',
      claim: 'Server-Sent Events are plain HTTP, so they pass every proxy and arrive at once.',
      what: (settings) =>
        `Each of five transports reads the same room over two links: one passes everything on, the other one holds an answer until it is complete or ${HELD_KIB} KiB of it are there, as some proxies do. The room has ${textOf(numberOf(settings, 'rate'), 'count')} messages a second, with ${textOf(numberOf(settings, 'size'), 'bytes')} of text each.`,
      x: 'transport',
      y: 'delivery latency, mean',
      names: { buffered: 'over the buffering proxy', direct: 'without it' },
      parameters: { rate: 'Messages per second', size: 'Size of a text', seconds: 'Duration' },
      predict: 'Which transports does a buffering proxy delay?',
      options: {
        none: 'None: the bytes are the same',
        websocket: 'WebSocket: a proxy does not know it',
        streams: 'SSE and the HTTP stream',
        all: 'All of them',
      },
      finding: (findings) => {
        const of = latencyTextOf(findings, 'no message in time')
        return `Over the buffering proxy a message takes ${of('sse')} by SSE and ${of('http-stream')} by the HTTP stream, ${of('long-poll')} by long-poll and ${of('websocket')} by WebSocket.`
      },
      why: [
        `A stream is one answer that does not end. A proxy that passes on whole answers, or blocks of ${HELD_KIB} KiB, holds its events until later events fill the block: they arrive in lumps. In a quiet room nothing arrives at all.`,
        'The answer to a long poll ends after each batch, so the proxy passes it on at once. After the upgrade, a WebSocket is no HTTP answer any more, and nothing is held.',
      ],
      formula: `mean wait = (n − 1) / (2 λ), with n = ${HELD_KIB} KiB / bytes of one event`,
      changes:
        'Larger events and more of them fill the buffer sooner. Over TLS a proxy that does not terminate the connection cannot hold anything. X-Accel-Buffering: no switches this off in nginx.',
      limitations: {
        noBuffering:
          'This page reaches no buffering link, so nothing can be shown here. Open it on the machine of the server, over HTTP.',
        slowReader:
          'A slow reader cannot be shown from a page: the browser reads from the network, however slow the page is. Its figures (bounded memory, larger batches) are in the benchmark.',
      },
    },
    'zh-CN': {
      question: '会缓冲的代理对各种传输方式有什么影响？',
      claim: 'SSE 就是普通 HTTP，能穿过任何代理，消息即时到达。',
      what: (settings) =>
        `五种传输方式各经两条链路读同一个房间：一条原样转发，另一条像某些代理那样，等响应结束或攒够 ${HELD_KIB} KiB 才转发。每秒 ${numberOf(settings, 'rate')} 条消息，正文各 ${textOf(numberOf(settings, 'size'), 'bytes')}。`,
      x: '传输方式',
      y: '平均送达延迟',
      names: { buffered: '经过缓冲代理', direct: '不经过' },
      parameters: { rate: '每秒消息数', size: '正文大小', seconds: '时长' },
      predict: '缓冲代理会拖慢哪些传输方式？',
      options: {
        none: '都不会，字节没变',
        websocket: 'WebSocket，代理不认识它',
        streams: 'SSE 和 HTTP 流',
        all: '全部',
      },
      finding: (findings) => {
        const of = latencyTextOf(findings, '没有按时到达')
        return `经过缓冲代理，一条消息用 SSE 要 ${of('sse')}，HTTP 流 ${of('http-stream')}，长轮询 ${of('long-poll')}，WebSocket ${of('websocket')}。`
      },
      why: [
        `流是一个不结束的响应。代理若只转发完整的响应，或攒满 ${HELD_KIB} KiB 才转发，事件就要等后面的事件把它填满，再成批到达。安静的房间里什么也到不了。`,
        '长轮询的响应每批都会结束，代理立即转发。WebSocket 升级之后不再是 HTTP 响应，什么都不会被扣住。',
      ],
      formula: `平均等待 = (n − 1) / (2 λ)，n = ${HELD_KIB} KiB / 每个事件的字节数`,
      changes:
        '事件越大、越多，缓冲填满得越快。用 TLS 时，不终止连接的代理什么也扣不住。nginx 可用 X-Accel-Buffering: no 关闭缓冲。',
      limitations: {
        noBuffering: '此页面连不上缓冲链路，这里无法演示。请在服务器所在的机器上用 HTTP 打开。',
        slowReader:
          '页面演示不了慢读者：无论页面多慢，浏览器都会从网络读取。相关数字（内存有界、批次变大）见基准测试。',
      },
    },
  },
}
