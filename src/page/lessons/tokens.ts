import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { batchInFrame, envelopeBytes, pushedBytes } from '../../models/framing.ts'
import { heldAnswers } from '../../models/known-arrivals.ts'
import * as longPoll from '../../models/long-poll.ts'
import { gapMs } from '../../models/path.ts'
import { totalBytes, type Counts } from '../../meter.ts'
import type { TransportName } from '../../transports.ts'
import type { Language } from '../i18n/i18n.ts'
import { DEFAULT_TUNING } from '../../client/transports/transport.ts'
import { exactly, meanOfBlocks, partsOf } from './estimates.ts'
import { meanGapMs, pollsOf } from './reader-records.ts'
import { linkParameter, numberOf, secondsParameter, wordOf, type Settings } from './parameters.ts'
import type { Axis } from './axes.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import { pathOf, type Conditions, type Span } from './run-context.ts'
import type { LessonReader } from './members.ts'
import { textOf } from './unit.ts'

/** Tokens of a language model: about as many a second as a person reads, of four bytes each. */
const RATE_PER_S = 30
const TOKEN_BYTES = 4

const TRANSPORTS = ['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream'] as const satisfies TransportName[]
const PARTS = 5
/** All points are of one series, so that a prediction can be compared with any of them. */
const SERIES = 'each'
/** Bytes of a browser's request and of an answer with some tokens, which the bandwidth delays. */
const EXCHANGE_BYTES = { up: 600, down: 800 }
const WORDS = ['the ', 'and ', 'of a', 'in t', 'ing ', 'to b', 'er t', 'is s', 'on o', 'at w']

const MEASURES = ['updates', 'requests', 'bytes'] as const
type Measure = (typeof MEASURES)[number]
const measureOf = (settings: Settings): Measure =>
  MEASURES.find((name) => name === wordOf(settings, 'show')) ?? 'updates'

/** What is shown, as the title of the axis. */
const SHOWN: Record<Language, Record<Measure, string>> = {
  en: { updates: 'updates of the screen per second', requests: 'requests per token', bytes: 'bytes per token' },
  'zh-CN': { updates: '每秒画面更新次数', requests: '每个词元的请求数', bytes: '每个词元的字节数' },
}
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const AXES: Record<Measure, Axis> = {
  updates: { scale: 'log', from: 0.5, to: 50, ticks: [0.5, 1, 2, 5, 10, 20, 50], unit: 'per-second' },
  requests: { scale: 'linear', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], unit: 'count' },
  bytes: { scale: 'log', from: 10, to: 2000, ticks: [10, 100, 1000], unit: 'bytes' },
}

/**
 * The gap as the server sees it contains what browser and page take between an answer and the next request: at most this time. A longer gap is no
 * longer that of the model.
 */
const MOST_PAGE_MS = 60
/** Steps of page, browser and server in a gap: each takes as long as a push without a link. A late server also joins tokens in a frame. */
const EVENTS_OF_GAP = 6

const gapOf = (conditions: Conditions): number => Math.max(2, gapMs(pathOf(conditions, EXCHANGE_BYTES)))

/** Answers or frames with tokens per second, in theory. */
function updatesPerS(transport: TransportName, settings: Settings, conditions: Conditions): number {
  if (transport === 'short-poll') return 1 / numberOf(settings, 'interval')
  if (transport !== 'long-poll') return RATE_PER_S
  const holding = { ratePerS: RATE_PER_S, gapMs: gapOf(conditions), holdMs: DEFAULT_TUNING.holdMs }
  return longPoll.responsesPerS(holding)
}

const isPoll = (transport: TransportName): boolean => transport === 'short-poll' || transport === 'long-poll'

/** When the screen changes: the first token of each batch, by the server's clock in ms. */
const updatesOf = ({ deliveries }: LessonReader): number[] =>
  deliveries.flatMap(({ batch, event }, index) => (batch === deliveries[index - 1]?.batch ? [] : [event.at]))

const countIn = (timesMs: readonly number[], { fromMs, toMs }: Span): number =>
  timesMs.filter((atMs) => atMs >= fromMs && atMs < toMs).length

interface Reading {
  reader: LessonReader
  x: number
  transport: TransportName
  /** The counts when the run began. */
  before: Counts
}

function updatePoint({ reader, x, transport }: Reading, arrivalsMs: number[], span: Span, model: number): Point[] {
  const times = updatesOf(reader)
  const blocks = partsOf(span, PARTS).map((part) => {
    const seconds = (part.toMs - part.fromMs) / 1000
    const isPushed = !isPoll(transport)
    return { value: countIn(times, part) / seconds, model: isPushed ? countIn(arrivalsMs, part) / seconds : model }
  })
  const estimate = meanOfBlocks(blocks)
  return estimate ? [{ series: SERIES, x, tolerance: 0.15 * estimate.model + 0.5, ...estimate }] : []
}

/** Requests per token. Streams and sockets send none while they are open. */
function requestPoint({ reader, x, transport, before }: Reading, tokens: number, model: number): Point {
  const requests = isPoll(transport) ? reader.counts.polls - before.polls : reader.counts.requests - before.requests
  return { series: SERIES, x, tolerance: 0.05 + 0.1 * model, ...exactly(requests / tokens, model, tokens) }
}

const bytesSince = ({ reader: { counts }, before }: Reading): number =>
  totalBytes(counts.up) + totalBytes(counts.down) - totalBytes(before.up) - totalBytes(before.down)

/** Bytes per token. Those of the WebSocket say how many bytes one token has as JSON; the others follow from the formats. */
function bytePoints(
  readings: readonly Reading[],
  tokens: number,
  updates: (transport: TransportName) => number,
): Point[] {
  const socket = readings.find(({ transport }) => transport === 'websocket')
  const perToken = (reading: Reading) => bytesSince(reading) / tokens
  const cursorBytes = socket?.reader.member.cursor?.length ?? 0
  const batchBytes = socket ? batchInFrame(perToken(socket)) : 0
  const eventBytes = batchBytes - envelopeBytes(cursorBytes)
  const modelOf = ({ reader: { counts }, before, transport }: Reading): number | null => {
    if (transport === 'websocket') return null
    if (transport === 'sse' || transport === 'http-stream') return pushedBytes[transport]({ batchBytes, cursorBytes })
    const headers = counts.up.headers + counts.down.headers - before.up.headers - before.down.headers
    const headBytes = headers / Math.max(1, counts.polls - before.polls)
    return eventBytes + (headBytes + envelopeBytes(cursorBytes)) * updates(transport)
  }
  return readings.map((reading) => {
    const model = modelOf(reading)
    const value = perToken(reading)
    const tolerance = 10 + 0.1 * (model ?? value)
    return { series: SERIES, x: reading.x, tolerance, ...exactly(value, 0, tokens), model }
  })
}

const valueOf = ({ points }: Findings, transport: TransportName): number | undefined =>
  points.find(({ x }) => TRANSPORTS[x] === transport)?.value

const valueTextOf =
  (findings: Findings) =>
  (transport: TransportName): string => {
    const value = valueOf(findings, transport)
    return value === undefined ? '…' : textOf(value, AXES[measureOf(findings.settings)].unit)
  }

export const tokens: Lesson = {
  id: 'tokens',
  parameters: [
    { kind: 'choice', name: 'show', values: MEASURES, default: 'updates' },
    { kind: 'number', name: 'interval', values: [0.25, 0.5, 1], min: 0.1, max: 2, default: 0.5, unit: 's' },
    linkParameter('4g'),
    secondsParameter(15, 5),
  ],
  chart: (settings) => ({ x: { categories: TRANSPORTS }, y: AXES[measureOf(settings)] }),
  prediction: (settings) => {
    const first = measureOf(settings) === 'updates' ? ['short-poll', 'long-poll'] : ['long-poll', 'sse']
    return { kind: 'sketch', series: SERIES, xs: first.map((name) => TRANSPORTS.indexOf(name as 'sse')) }
  },
  curves: (settings, conditions) => {
    const measure = measureOf(settings)
    if (measure === 'bytes') return []
    const at = (x: number) => {
      const transport = TRANSPORTS[x]
      if (transport === undefined) return null
      const updates = updatesPerS(transport, settings, conditions)
      return measure === 'updates' ? updates : isPoll(transport) ? updates / RATE_PER_S : 0
    }
    return [{ series: SERIES, at }]
  },
  limitations: (settings, { profiles }) => (profiles.includes(String(settings['link'])) ? [] : ['noLink']),
  durationMs: (settings) => numberOf(settings, 'seconds') * 1000,
  mostNoiseMs: () => MOST_PAGE_MS / EVENTS_OF_GAP,
  countsFrames: (settings) => measureOf(settings) === 'bytes',
  run: async function* (context, settings) {
    const room = context.newRoom()
    const durationMs = numberOf(settings, 'seconds') * 1000
    const measure = measureOf(settings)
    const publisher = await context.openPublisher(room, RATE_PER_S)
    const intervalMs = numberOf(settings, 'interval') * 1000
    const readers = await Promise.all(
      TRANSPORTS.map((transport, x) => context.openReader({ room, transport, tuning: { intervalMs }, link: 1 + x })),
    )
    const dueMs = poissonArrivalsMs(context.random(1), RATE_PER_S, durationMs)
    const random = context.random(2)
    const text = () => (WORDS[Math.floor(random() * WORDS.length)] ?? '').slice(0, TOKEN_BYTES)
    const joined = readers.map((reader, x) => ({ reader, x, transport: reader.transport, before: reader.counts }))
    yield* context.publish([{ publisher, dueMs, text }], durationMs, (span) => {
      const arrivalsMs = context.arrivalsIn(room).filter((atMs) => atMs >= span.fromMs)
      const count = arrivalsMs.length
      if (count === 0) return []
      const { conditions } = context
      const held = joined.find(({ transport }) => transport === 'long-poll')?.reader
      const leastGapMs = gapOf(conditions)
      const holding = {
        gapMs: Math.min(leastGapMs + MOST_PAGE_MS, (held && meanGapMs(pollsOf(held))) ?? leastGapMs),
        holdMs: DEFAULT_TUNING.holdMs,
      }
      const { answersMs } = heldAnswers(
        arrivalsMs.map((atMs) => atMs - span.fromMs),
        holding,
        span.toMs - span.fromMs,
      )
      const seconds = (span.toMs - span.fromMs) / 1000
      const updates = (transport: TransportName): number =>
        transport === 'long-poll' ? answersMs.length / seconds : updatesPerS(transport, settings, conditions)
      const perToken = (transport: TransportName) => (isPoll(transport) ? (updates(transport) * seconds) / count : 0)
      if (measure === 'updates')
        return joined.flatMap((reading) => updatePoint(reading, arrivalsMs, span, updates(reading.transport)))
      if (measure === 'requests')
        return joined.map((reading) => requestPoint(reading, count, perToken(reading.transport)))
      return bytePoints(joined, count, perToken)
    })
  },
  judgeClaim: (findings) => {
    if (measureOf(findings.settings) !== 'updates') return 'open'
    const [socket, sse] = [valueOf(findings, 'websocket'), valueOf(findings, 'sse')]
    return socket === undefined || sse === undefined ? 'open' : sse < 0.8 * socket ? 'holds' : 'does not hold'
  },
  texts: {
    en: {
      question: 'A language model answers: how smooth is each transport?',
      claim: 'A text that appears word by word needs a WebSocket.',
      what: (settings) =>
        `${RATE_PER_S} tokens of ${TOKEN_BYTES} bytes come each second, as from a language model. Five transports read them at once; short-poll asks every ${textOf(numberOf(settings, 'interval'), 's')}.`,
      x: 'transport',
      y: (settings) => SHOWN.en[measureOf(settings)],
      names: { each: 'per transport' },
      parameters: { show: 'What is shown', interval: 'Poll interval', link: 'Link', seconds: 'Duration' },
      choices: Object.fromEntries(MEASURES.map((name) => [name, capitalized(SHOWN.en[name])])),
      predict: (settings) => `How many ${SHOWN.en[measureOf(settings)]} do these two transports have?`,
      finding: (findings) => {
        const of = valueTextOf(findings)
        const measure = measureOf(findings.settings)
        if (measure === 'updates')
          return `The screen changes ${of('websocket')} by WebSocket, ${of('sse')} by SSE and ${of('http-stream')} by the HTTP stream; ${of('long-poll')} by long-poll and ${of('short-poll')} by short-poll.`
        if (measure === 'requests')
          return `A token takes ${of('long-poll')} requests by long-poll and ${of('short-poll')} by short-poll. A stream and a WebSocket send none while they are open.`
        return `A token of ${TOKEN_BYTES} bytes takes ${of('websocket')} by WebSocket, ${of('sse')} by SSE, ${of('http-stream')} by the HTTP stream, ${of('short-poll')} by short-poll and ${of('long-poll')} by long-poll.`
      },
      why: [
        'A push sends each token at once, so the reader sees each token. SSE and an HTTP stream push like a WebSocket: tokens only go from the server to the page.',
        'A long poll is back for the next token only after a round trip: what came in that time arrives together. A short poll shows the text in lumps, one for each interval.',
        `${TOKEN_BYTES} bytes of text travel in JSON with ids, a name, a time and a cursor, which is many times as long. A separate format for tokens would save more than a change of the transport.`,
      ],
      formula: 'long-poll: updates per second = 1 / (G + e^(−λG) / λ), with the round trip G',
      changes:
        'A longer round trip makes long-poll coarser. A server that collects tokens for 50 ms halves the bytes, and hardly any reader sees it.',
      limitations: { noLink: 'Without the link, the round trip is so short that a long poll is as smooth as a push.' },
    },
    'zh-CN': {
      question: '大模型逐字回答：各种传输方式有多流畅？',
      claim: '逐字显示的文本必须用 WebSocket。',
      what: (settings) =>
        `像大模型输出那样，每秒来 ${RATE_PER_S} 个词元，每个 ${TOKEN_BYTES} 字节。五种传输方式同时读取；短轮询每 ${textOf(numberOf(settings, 'interval'), 's')} 问一次。`,
      x: '传输方式',
      y: (settings) => SHOWN['zh-CN'][measureOf(settings)],
      names: { each: '各传输方式' },
      parameters: { show: '显示', interval: '轮询间隔', link: '链路', seconds: '时长' },
      choices: SHOWN['zh-CN'],
      predict: (settings) => `这两种传输方式的${SHOWN['zh-CN'][measureOf(settings)]}是多少？`,
      finding: (findings) => {
        const of = valueTextOf(findings)
        const measure = measureOf(findings.settings)
        if (measure === 'updates')
          return `画面更新：WebSocket ${of('websocket')}，SSE ${of('sse')}，HTTP 流 ${of('http-stream')}，长轮询 ${of('long-poll')}，短轮询 ${of('short-poll')}。`
        if (measure === 'requests')
          return `每个词元的请求数：长轮询 ${of('long-poll')}，短轮询 ${of('short-poll')}。流和 WebSocket 打开后不再发请求。`
        return `一个 ${TOKEN_BYTES} 字节的词元：WebSocket ${of('websocket')}，SSE ${of('sse')}，HTTP 流 ${of('http-stream')}，短轮询 ${of('short-poll')}，长轮询 ${of('long-poll')}。`
      },
      why: [
        '推送来一个词元就写一个，读者逐个看到。SSE 和 HTTP 流与 WebSocket 一样是推送：这里只需要从服务器到页面这一个方向。',
        '长轮询要过一个往返才能再等下一个词元，这段时间里来的会一起到。短轮询每个间隔显示一大段。',
        `${TOKEN_BYTES} 字节的正文装在 JSON 里，还带着编号、名字、时间和游标，比正文长许多倍。为词元设计专门的格式，比换传输方式省得更多。`,
      ],
      formula: '长轮询：每秒更新 = 1 / (G + e^(−λG) / λ)，G 为往返时间',
      changes: '往返越长，长轮询越不流畅。服务器把 50 毫秒内的词元攒在一起，字节减半，读者几乎看不出来。',
      limitations: { noLink: '没有链路时往返太短，长轮询和推送一样流畅。' },
    },
  },
}
