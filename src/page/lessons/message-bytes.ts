import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { envelopeBytes, pushedBytes } from '../../models/framing.ts'
import { frameHeadBytes } from '../../frame-sizes.ts'
import * as knownArrivals from '../../models/known-arrivals.ts'
import { mean } from '../../models/statistics.ts'
import { totalBytes } from '../../meter.ts'
import type { MessageEvent } from '../../protocol.ts'
import { TRANSPORT_TRAITS, transportsThat, type TransportName } from '../../transports.ts'
import { logAxis } from './axes.ts'
import { meanOfBlocks, partsOf, type Estimate, type Pair } from './estimates.ts'
import { framesDown, isEmpty, meanGapMs, pollsIn, pollsOf, quietPartsOf, type Poll } from './reader-records.ts'
import { numberOf, secondsParameter, type Settings } from './parameters.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { LessonReader } from './members.ts'
import type { Point } from './point.ts'
import type { RunContext, Span } from './run-context.ts'
import { textOf } from './unit.ts'

const INTERVAL_MS = 1000
const HOLD_MS = 25_000
/** Time before the measured part in which the headers of single requests are counted. */
const HEAD_MS = 2600
const PARTS = 12
const COOKIE = 'experiment'

/** What a message adds to JSON beside its text: names, ids, numbers. Used before a run only. */
const USUAL_EVENT_BYTES = 165
const USUAL_CURSOR_BYTES = 11
/** Headers of a browser's request and answer. Used before a run only: a run counts them. */
const USUAL_HEAD_BYTES = 750

/** Heads of the frames of a message, without and with a long text. */
const HEADS = [0, 126].map((bytes) => frameHeadBytes(bytes, 'down'))
const [FRAME_HEADS, FRAME_HEADS_ZH] = [HEADS.join(' to '), HEADS.join(' 到 ')]
/** What an event of SSE adds to the JSON of a message. */
const SSE_BYTES =
  pushedBytes.sse({ batchBytes: USUAL_EVENT_BYTES, cursorBytes: USUAL_CURSOR_BYTES }) - USUAL_EVENT_BYTES

const transportsOf = (served: readonly TransportName[]): TransportName[] =>
  transportsThat(({ isCommon }) => isCommon === true).filter((name) => served.includes(name))
const CATEGORIES = transportsThat(({ isCommon }) => isCommon === true)

const toleranceOf = (modelBytes: number): number => 6 + 0.06 * modelBytes

const bytesOf = ({ points }: Findings, transport: TransportName): number | null =>
  points.find(({ series }) => series === transport)?.value ?? null
const bytesText = (findings: Findings, transport: TransportName): string => {
  const value = bytesOf(findings, transport)
  return value === null ? '…' : textOf(value, 'bytes')
}

/** All common transports read one room; the server counts their bytes. */
export const messageBytes: Lesson = {
  id: 'message-bytes',
  parameters: [
    { kind: 'number', name: 'rate', values: [1, 2, 5, 20], min: 0.5, max: 50, default: 2, unit: 'per-second' },
    { kind: 'number', name: 'text', values: [4, 40, 200, 1000], min: 4, max: 1900, default: 40, unit: 'bytes' },
    { kind: 'number', name: 'cookie', values: [0, 500, 2000], min: 0, max: 3500, default: 0, unit: 'bytes' },
    secondsParameter(24, 5),
  ],
  chart: () => ({ x: { categories: CATEGORIES }, y: logAxis(100, 5000, 'bytes') }),
  prediction: () => ({ kind: 'sketch', series: 'bytes', xs: CATEGORIES.map((_, index) => index) }),
  curves: (settings) => [
    {
      series: 'bytes',
      at: (x) => usualBytes(CATEGORIES[x], settings),
    },
  ],
  limitations: (_, { isMultiplexed }) => (isMultiplexed ? ['multiplexed'] : []),
  durationMs: (settings) => 1000 * numberOf(settings, 'seconds') + HEAD_MS,
  survivesNoise: true,
  // A timer that is late makes an interval longer: half of the tolerance.
  mostNoiseMs: () => 0.03 * INTERVAL_MS,
  countsFrames: () => true,
  async *run(context, settings) {
    const durationMs = 1000 * numberOf(settings, 'seconds')
    const ratePerS = numberOf(settings, 'rate')
    const textBytes = numberOf(settings, 'text')
    const room = context.newRoom()
    const [publisher, ...readers] = await Promise.all([
      context.openPublisher(room, ratePerS),
      ...transportsOf(context.place.transports).map((transport) =>
        context.openReader({ room, transport, tuning: { intervalMs: INTERVAL_MS, holdMs: HOLD_MS } }),
      ),
    ])
    // Single messages, far apart: their requests show the headers of one request and its answer.
    for (let count = 0; count < 3; count++) {
      await context.wait(HEAD_MS / 3)
      publisher.send('head')
    }
    await context.wait(HEAD_MS / 3 + 700)
    const heads = new Map(readers.map((reader) => [reader, headsOf(pollsOf(reader))]))
    const cookie = setCookie(numberOf(settings, 'cookie'))
    try {
      const dueMs = poissonArrivalsMs(context.random(1), ratePerS, durationMs)
      const text = (index: number) => `${index}`.padEnd(textBytes, ' text').slice(0, textBytes)
      yield* context.publish([{ publisher, dueMs, text }], durationMs, (span) =>
        readers.flatMap((reader): Point[] => {
          const head = heads.get(reader)
          const estimate = head
            ? polledBytes(context, reader, span, { empty: head.empty + cookie.bytes, news: head.news + cookie.bytes })
            : pushedBytesOf(reader, span)
          const x = CATEGORIES.indexOf(reader.transport)
          return estimate ? [{ ...estimate, series: reader.transport, x, tolerance: toleranceOf(estimate.model) }] : []
        }),
      )
    } finally {
      cookie.remove()
    }
  },
  judgeClaim: (findings) => {
    const [poll, held, socket] = (['short-poll', 'long-poll', 'websocket'] as const).map((name) =>
      bytesOf(findings, name),
    )
    if (poll == null || held == null || socket == null) return 'open'
    const isDwarfed = [poll, held].map((bytes) => bytes > 1.5 * socket)
    return isDwarfed.every(Boolean) ? 'holds' : isDwarfed.some(Boolean) ? 'holds in part' : 'does not hold'
  },
  texts: {
    en: {
      question: 'How many bytes does a message cost?',
      claim:
        'Each HTTP request carries hundreds of bytes of headers, a WebSocket frame two: headers dwarf the message.',
      what: (settings) =>
        `All transports read one room with ${textOf(numberOf(settings, 'rate'), 'count')} messages a second of ${textOf(numberOf(settings, 'text'), 'bytes')} each; the short poll asks every second. The server counts all bytes at its sockets, both ways.`,
      x: 'transport',
      y: 'bytes per message',
      names: { bytes: 'model' },
      parameters: { rate: 'Messages', text: 'Text', cookie: 'Cookie', seconds: 'Length' },
      predict: 'How many bytes does a message cost by each transport, headers included?',
      finding: (findings) =>
        `A message cost ${bytesText(findings, 'short-poll')} by short-poll, ${bytesText(findings, 'long-poll')} by long-poll, ${bytesText(findings, 'websocket')} by WebSocket and ${bytesText(findings, 'sse')} by SSE.`,
      why: [
        'Each poll pays for the headers of a request and of an answer. The long poll pays once per message in a quiet room; the short poll pays once per interval, however many messages come with it.',
        `A WebSocket frame adds ${FRAME_HEADS} bytes, an SSE event about ${SSE_BYTES}. Most of the rest is this room’s own JSON: names, ids, the cursor. The head of a socket or stream is paid once, when it opens, and is not in these figures.`,
      ],
      formula: `poll: h · requests per message + m,  WebSocket: ${FRAME_HEADS} + m`,
      changes:
        'More messages a second make the short poll cheaper than a WebSocket: one header for many messages. A cookie adds its bytes to each request, and to no frame. HTTP/2 shrinks repeated headers to a few bytes. A longer text makes all of them alike.',
      limitations: {
        multiplexed:
          'This page was loaded over HTTP/2, which sends repeated headers in a few bytes: polls need far fewer bytes.',
      },
    },
    'zh-CN': {
      question: '一条消息要花多少字节？',
      claim: '每个 HTTP 请求带着几百字节的头部，WebSocket 帧头只有两字节：头部远比消息大。',
      what: (settings) =>
        `所有传输方式读同一个房间，每秒 ${textOf(numberOf(settings, 'rate'), 'count')} 条、每条 ${textOf(numberOf(settings, 'text'), 'bytes')} 的消息；短轮询每秒问一次。服务器在套接字上数出双向的全部字节。`,
      x: '传输方式',
      y: '每条消息的字节数',
      names: { bytes: '模型' },
      parameters: { rate: '消息', text: '正文', cookie: 'Cookie', seconds: '时长' },
      predict: '用每种传输方式，一条消息连同头部要多少字节？',
      finding: (findings) =>
        `一条消息的代价：短轮询 ${bytesText(findings, 'short-poll')}，长轮询 ${bytesText(findings, 'long-poll')}，WebSocket ${bytesText(findings, 'websocket')}，SSE ${bytesText(findings, 'sse')}。`,
      why: [
        '每次轮询都要付一次请求头和一次响应头。房间安静时，长轮询每条消息付一次；短轮询每个间隔付一次，不管带回多少条。',
        `WebSocket 帧头加 ${FRAME_HEADS_ZH} 字节，SSE 事件约加 ${SSE_BYTES} 字节。其余大部分是这个房间自己的 JSON：名字、编号、游标。套接字或流的头部只在打开时付一次，不在这些数字里。`,
      ],
      formula: `轮询：h · 每条消息的请求数 + m；WebSocket：${FRAME_HEADS_ZH} + m`,
      changes:
        '每秒消息多了，短轮询会比 WebSocket 便宜：一份头部分给很多消息。Cookie 给每个请求添上自己的字节，帧不受影响。HTTP/2 把重复的头部压到几个字节。正文越长，各种方式越接近。',
      limitations: { multiplexed: '本页是用 HTTP/2 打开的，重复的头部只占几个字节：轮询便宜得多。' },
    },
  },
}

/** The model before a run, with usual sizes of headers and JSON. */
function usualBytes(transport: TransportName | undefined, settings: Settings): number | null {
  if (transport === undefined) return null
  const traits = TRANSPORT_TRAITS[transport]
  const eventBytes = USUAL_EVENT_BYTES + numberOf(settings, 'text')
  const batchBytes = envelopeBytes(USUAL_CURSOR_BYTES) + eventBytes + 1
  if (traits.mode === 'streaming') {
    return traits.framing === null ? null : pushedBytes[traits.framing]({ batchBytes, cursorBytes: USUAL_CURSOR_BYTES })
  }
  const headBytes = USUAL_HEAD_BYTES + numberOf(settings, 'cookie')
  const perMessage = traits.mode === 'held' ? 1 : 1000 / INTERVAL_MS / numberOf(settings, 'rate')
  return headBytes * perMessage + batchBytes
}

/** Bytes of a request and its answer beside the JSON, of an empty answer and of an answer with events; null for a reader that does not poll. */
function headsOf(polls: readonly Poll[]): { empty: number; news: number } | null {
  const bytes = (some: readonly Poll[]) =>
    some.length === 0 ? null : mean(some.map(({ up, down }) => up.headers + down.headers + up.framing + down.framing))
  const news = bytes(polls.filter((poll) => !isEmpty(poll)))
  // The first polls may lack a cursor.
  const empty = bytes(polls.filter(isEmpty).slice(-3))
  return news === null ? null : { empty: empty ?? news, news }
}

const encoder = new TextEncoder()
const jsonBytes = (event: MessageEvent): number => encoder.encode(JSON.stringify(event)).length

/** Bytes per message of polls, against requests in theory times the headers of one request and its answer, and the JSON of what they brought. */
function polledBytes(
  context: RunContext,
  reader: LessonReader,
  span: Span,
  head: { empty: number; news: number },
): Estimate | null {
  const polls = pollsIn(pollsOf(reader), span)
  const sizes = new Map(reader.deliveries.map(({ event }) => [event.id, jsonBytes(event)]))
  const cursorBytes = reader.member.cursor?.length ?? USUAL_CURSOR_BYTES
  const arrivalsMs = context.arrivalsIn(reader.room)
  const isHeld = TRANSPORT_TRAITS[reader.transport].mode === 'held'
  const answersMs = isHeld ? heldAnswersMs(arrivalsMs, span, meanGapMs(polls) ?? 1) : []
  const parts = isHeld ? quietPartsOf(span, arrivalsMs, PARTS) : pollPartsOf(polls)
  const blocks = parts.map((part) => {
    const own = pollsIn(polls, part)
    const brought = own.flatMap(({ brings = [] }) => brings)
    const newsCount = own.filter((poll) => !isEmpty(poll)).length
    const asked = isHeld
      ? answersMs.filter((at) => at >= part.fromMs && at < part.toMs).length
      : (part.toMs - part.fromMs) / INTERVAL_MS
    const emptyCount = isHeld ? 0 : asked * knownArrivals.emptyShare(arrivalsMs, INTERVAL_MS, part)
    const jsonSum = brought.reduce((sum, id) => sum + (sizes.get(id) ?? 0) + 1, newsCount * envelopeBytes(cursorBytes))
    return {
      messages: brought.length,
      bytes: own.reduce((sum, { up, down }) => sum + totalBytes(up) + totalBytes(down), 0),
      model: emptyCount * head.empty + (asked - emptyCount) * head.news + jsonSum,
    }
  })
  return perMessage(blocks)
}

/** Parts of equally many polls, each from its first poll to the first poll of the next part: a part in time would have a poll more or less. */
function pollPartsOf(polls: readonly Poll[]): { fromMs: number; toMs: number }[] {
  const size = Math.max(1, Math.floor((polls.length - 1) / PARTS))
  const starts = polls.filter((_, index) => index % size === 0).map(({ answeredAt }) => answeredAt)
  return starts.slice(1).map((toMs, index) => ({ fromMs: starts[index] ?? toMs, toMs }))
}

function heldAnswersMs(arrivalsMs: readonly number[], { fromMs, toMs }: Span, gapMs: number): number[] {
  const inSpan = arrivalsMs.filter((at) => at >= fromMs).map((at) => at - fromMs)
  const { answersMs } = knownArrivals.heldAnswers(inSpan, { gapMs, holdMs: HOLD_MS }, toMs - fromMs)
  return answersMs.map((at) => at + fromMs)
}

/** Bytes per message of a stream or socket, against the framing of one piece or frame for each batch. */
function pushedBytesOf(reader: LessonReader, span: Span): Estimate | null {
  const traits = TRANSPORT_TRAITS[reader.transport]
  if (traits.mode !== 'streaming' || traits.framing === null) return null
  const bytesOfBatch = pushedBytes[traits.framing]
  const cursorBytes = reader.member.cursor?.length ?? USUAL_CURSOR_BYTES
  const sizes = new Map(reader.deliveries.map(({ event }) => [event.id, jsonBytes(event)]))
  const frames = framesDown(reader).filter(({ at }) => at >= span.fromMs && at < span.toMs)
  const blocks = partsOf(span, PARTS).map((part) => {
    const own = frames.filter(({ at }) => at >= part.fromMs && at < part.toMs)
    const batches = own.flatMap(({ messages = [] }) => (messages.length === 0 ? [] : [messages]))
    const batchBytes = (ids: readonly string[]) =>
      ids.reduce((sum, id) => sum + (sizes.get(id) ?? 0) + 1, envelopeBytes(cursorBytes))
    return {
      messages: batches.flat().length,
      bytes: own.reduce((sum, { bytes }) => sum + totalBytes(bytes), 0),
      model: batches.reduce((sum, ids) => sum + bytesOfBatch({ batchBytes: batchBytes(ids), cursorBytes }), 0),
    }
  })
  return perMessage(blocks)
}

/** Each block is divided by the mean number of messages, so that the mean of the blocks is the whole divided by all messages. */
function perMessage(blocks: readonly { messages: number; bytes: number; model: number }[]): Estimate | null {
  const messages = blocks.reduce((sum, block) => sum + block.messages, 0) / blocks.length
  if (!(messages > 0)) return null
  return meanOfBlocks(blocks.map(({ bytes, model }): Pair => ({ value: bytes / messages, model: model / messages })))
}

/** A cookie of this many bytes on each request of this page, and the bytes that it adds to a request. */
function setCookie(valueBytes: number): { bytes: number; remove: () => void } {
  if (valueBytes === 0) return { bytes: 0, remove: () => undefined }
  const isFirst = document.cookie === ''
  const write = (value: string, rest: string) =>
    (document.cookie = `${COOKIE}=${value}; path=/; SameSite=Strict${rest}`)
  write('x'.repeat(valueBytes), '')
  // "cookie: name=value" and a line's end, or "; name=value" behind other cookies.
  const bytes = `${COOKIE}=`.length + valueBytes + (isFirst ? 'cookie: \r\n'.length : '; '.length)
  return { bytes, remove: () => void write('', '; max-age=0') }
}
