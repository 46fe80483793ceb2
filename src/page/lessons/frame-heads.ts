import { frameHeadBytes } from '../../frame-sizes.ts'
import type { FrameRecord, TraceRecord } from '../../meter.ts'
import { meanOfBlocks } from './estimates.ts'
import type { Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import { textOf } from './unit.ts'

/** Texts of these sizes, in bytes. Messages of 2000 bytes fill the history, which a new reader gets in one frame. */
const SIZES = [1, 20, 200, 2000]
const REPEATS = 10
/** Messages that make the history longer than 65,535 bytes. */
const FILLERS = 40
const RATE_PER_S = 20
const BINS = [
  { name: 'under 126 bytes', above: 0 },
  { name: 'from 126 bytes', above: 126 },
  { name: 'from 65,536 bytes', above: 65_536 },
]

const isFrame = (record: TraceRecord): record is FrameRecord =>
  record.type === 'frame' && ['batch', 'message', 'ack'].includes(record.kind)

const payloadOf = ({ bytes }: FrameRecord): number => bytes.envelope + bytes.payload

/** Bytes at the sockets that belong to no frame as it should be: heads that are longer, or more of them. */
const isRest = (record: TraceRecord): record is FrameRecord => record.type === 'frame' && record.kind === 'rest'

/** The size class of a payload: the place on the x axis. */
const binOf = (payloadBytes: number): number => BINS.findLastIndex(({ above }) => payloadBytes >= above)

const valueOf = ({ points }: Findings, pick: (values: number[]) => number): string =>
  points.length === 0 ? '…' : textOf(pick(points.map(({ value }) => value)), 'bytes')

export const frameHeads: Lesson = {
  id: 'frame-heads',
  parameters: [],
  chart: () => ({
    x: { categories: ['small', 'medium', 'large'] },
    y: { scale: 'linear', from: 0, to: 15, ticks: [0, 2, 4, 6, 8, 10, 14], unit: 'bytes' },
  }),
  prediction: () => ({ kind: 'sketch', series: 'down', xs: [0, 1, 2] }),
  curves: () => {
    const payload = (x: number) => BINS[x]?.above ?? 0
    return [
      { series: 'down', at: (x) => frameHeadBytes(payload(x), 'down') },
      { series: 'up', at: (x) => frameHeadBytes(payload(x), 'up') },
    ]
  },
  limitations: () => ['upstream'],
  durationMs: () => ((SIZES.length * REPEATS + FILLERS) * 1000) / RATE_PER_S + 3000,
  survivesNoise: true,
  countsFrames: () => true,
  // A late reader gets the last part of the history only.
  isLossy: true,
  run: async function* (context) {
    const room = context.newRoom()
    const reader = await context.openReader({ room, transport: 'websocket' })
    const publisher = await context.openPublisher(room, RATE_PER_S)
    const texts = [...SIZES.flatMap((size) => Array<number>(REPEATS).fill(size)), ...Array<number>(FILLERS).fill(2000)]
    const dueMs = texts.map((_, index) => (index * 1000) / RATE_PER_S)
    const readers = [reader]
    const points = (): Point[] => {
      const records = readers.flatMap((one) => [...one.records.values()])
      return (['down', 'up'] as const).flatMap((way) => {
        const frames = records.filter(isFrame).filter((frame) => frame.way === way)
        const rest = records.filter(isRest).filter((record) => record.way === way)
        const restBytes = rest.reduce((sum, { bytes }) => sum + bytes.framing, 0) / Math.max(1, frames.length)
        return BINS.flatMap((_, x) => {
          const pairs = frames
            .filter((frame) => binOf(payloadOf(frame)) === x)
            .map((frame) => ({
              value: frame.bytes.framing + restBytes,
              model: frameHeadBytes(payloadOf(frame), way),
            }))
          const estimate = meanOfBlocks(pairs)
          return estimate ? [{ series: way, x, tolerance: 0.01, ...estimate }] : []
        })
      })
    }
    // What it sends itself is recorded, too: its own messages go up, with a mask.
    const publishOwn = async () => {
      for (const size of SIZES) {
        for (let index = 0; index < REPEATS; index += 1) {
          reader.member.send(`${index}`.padEnd(size, '.').slice(0, size))
          await context.wait(1000 / RATE_PER_S)
        }
      }
    }
    const own = publishOwn()
    own.catch(() => undefined)
    const duration = texts.length * (1000 / RATE_PER_S)
    const text = (index: number) => `${index}`.padEnd(texts[index] ?? 1, '.').slice(0, texts[index] ?? 1)
    yield* context.publish([{ publisher, dueMs, text }], duration, points)
    await own
    // A reader without a cursor gets the whole history in one frame.
    for (let round = 0; round < 3; round += 1) {
      readers.push(await context.openReader({ room, transport: 'websocket', history: true }))
      await context.wait(700)
    }
    yield points()
  },
  judgeClaim: (findings) => {
    const heads = findings.points.map(({ value }) => value)
    if (heads.length === 0) return 'open'
    return heads.every((bytes) => bytes === 2)
      ? 'holds'
      : heads.some((bytes) => bytes === 2)
        ? 'holds in part'
        : 'does not hold'
  },
  hues: { down: 'websocket', up: 'http-stream' },
  texts: {
    en: {
      question: 'How many bytes does the head of a WebSocket frame have?',
      claim: 'The header of a WebSocket frame has only 2 bytes.',
      what: () =>
        'Messages of 1 to 2,000 bytes go up and down on WebSockets. New readers then get the whole history in one frame. The server counts the head of each frame.',
      x: 'content of the frame',
      y: 'head of the frame',
      names: {
        small: 'under 126 bytes',
        medium: 'from 126 bytes',
        large: 'from 65,536 bytes',
        down: 'from the server',
        up: 'from the browser',
      },
      parameters: {},
      predict: 'How many bytes does the head of a frame from the server have?',
      finding: (findings) =>
        `The heads had ${valueOf(findings, (values) => Math.min(...values))} to ${valueOf(findings, (values) => Math.max(...values))}.`,
      why: [
        'Two bytes hold flags and a length up to 125. A longer content needs 2 bytes more for its length, and 8 more from 65,536 bytes on.',
        'A browser masks everything that it sends, so that a page cannot write bytes of its choice to a proxy that reads them as HTTP. The mask has 4 bytes.',
      ],
      formula: '2, 4 or 10 bytes; 4 more from the browser (RFC 6455, section 5.2)',
      changes:
        'Nothing but the size of the content and the direction. Compression (permessage-deflate) makes the content smaller, and uses a bit of the head that is there anyway.',
      limitations: {
        upstream:
          'A message has at most 2,000 characters, so no frame from the browser is as large as 65,536 bytes here.',
      },
    },
    'zh-CN': {
      question: 'WebSocket 帧头有几个字节？',
      claim: 'WebSocket 的帧头只有 2 字节。',
      what: () => '1 到 2000 字节的消息在 WebSocket 上来回，之后新来的读者用一帧取走全部历史。服务器数出每一帧的帧头。',
      x: '帧的内容',
      y: '帧头',
      names: {
        small: '不到 126 字节',
        medium: '126 字节起',
        large: '65,536 字节起',
        down: '来自服务器',
        up: '来自浏览器',
      },
      parameters: {},
      predict: '服务器发来的帧，帧头有几个字节？',
      finding: (findings) =>
        `帧头为 ${valueOf(findings, (values) => Math.min(...values))} 到 ${valueOf(findings, (values) => Math.max(...values))}。`,
      why: [
        '两个字节放下标志和 125 以内的长度。更长的内容要再加 2 字节表示长度，从 65,536 字节起加 8 字节。',
        '浏览器对它发送的一切做掩码，使页面无法向把它当作 HTTP 的代理写出任意字节。掩码占 4 字节。',
      ],
      formula: '2、4 或 10 字节；浏览器发出的再加 4 字节（RFC 6455 第 5.2 节）',
      changes: '只有内容大小和方向起作用。压缩（permessage-deflate）让内容变小，只占用帧头里本来就有的一位。',
      limitations: { upstream: '一条消息最多 2000 个字符，所以这里没有从浏览器发出的 65,536 字节以上的帧。' },
    },
  },
}
