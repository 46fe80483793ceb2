import { areDelivered, deliveredShare } from '../../models/naive-poll.ts'
import { poissonArrivalsMs } from '../../models/arrivals.ts'
import { mean, median } from '../../models/statistics.ts'
import { now } from '../measure/clock.ts'
import { dueMessages } from './due-messages.ts'
import { exactly, meanOfGroups } from './estimates.ts'
import { readForgetfully } from './forgetful-reader.ts'
import { numberOf, secondsParameter } from './parameters.ts'
import type { ClaimVerdict, Findings, Lesson } from './lesson.ts'
import type { Point } from './point.ts'
import type { RunContext } from './run-context.ts'
import { textOf } from './unit.ts'

/** Links with a constant delay, and without a bandwidth on which the history of the first answer would be slow. */
const PROFILES = ['local', 'wifi', '4g', '3g']
const BLOCKS = 6
/** Of the share that reaches the reader, ±. */
const TOLERANCE = 0.07
/** A message that is younger than this may still be under way. */
const UNDER_WAY_MS = 1000

/** A long poll that asks for the next message and remembers nothing, over one link. */
class CursorlessPoll {
  readonly profile: string | null
  readonly link: { rttMs: number }
  readonly received = new Set<string>()
  /** ms from the storage of each message that it received to the next request. */
  readonly toRequestMs: number[] = []
  /** ms from each request to the head of its answer. */
  readonly toAnswerMs: number[] = []
  #lastStoredMs: number | null = null
  #askedAt = 0

  constructor(profile: string | null, rttMs: number) {
    this.profile = profile
    this.link = { rttMs }
  }

  async read(context: RunContext, room: string, signal: AbortSignal): Promise<void> {
    const { profile } = this
    const net = (profile === null ? null : context.netOver(profile, 2)) ?? context.direct
    await readForgetfully(
      {
        net,
        room,
        transport: 'http-stream',
        until: 'message',
        onMessage: ({ id, at }) => {
          this.received.add(id)
          // The server's stamp is a whole number of ms.
          this.#lastStoredMs ??= at + 0.5
        },
        onAsk: () => {
          this.#askedAt = now()
          if (this.#lastStoredMs !== null)
            this.toRequestMs.push(context.toServerTime(this.#askedAt) - this.#lastStoredMs)
          this.#lastStoredMs = null
        },
        onOpen: () => this.toAnswerMs.push(now() - this.#askedAt),
      },
      signal,
    )
  }
}

/**
 * ms of the way of a request, at least and at most. From a request to the head of its answer pass the way there, the way back, and the time
 * that the browser takes to report the answer. The quickest answer has next to nothing of the last. What the median has more may be either.
 */
function requestWayMs({ toAnswerMs, link }: CursorlessPoll, directMs: number): { least: number; most: number } {
  const wayMs = (ms: number) => Math.max(0, ms - link.rttMs / 2 - directMs)
  return { least: wayMs(Math.min(...toAnswerMs)), most: wayMs(median(toAnswerMs)) }
}

/** For each message 1 if it arrives by the model, else 0, where a request is on its way for `wayMs`. */
function replayed(poll: CursorlessPoll, arrivals: readonly { storedMs: number }[], wayMs: number): number[] {
  // The gap after each message that arrived: until the next request, and the way of that request.
  const gapsMs = poll.toRequestMs.map((ms) => ms + wayMs)
  const storedMs = arrivals.map((arrival) => arrival.storedMs)
  return areDelivered(storedMs, gapsMs).map(Number)
}

function pointOf(
  poll: CursorlessPoll,
  arrivals: readonly { id: string; storedMs: number }[],
  directMs: number,
): Point | null {
  const { received, toRequestMs, link } = poll
  if (toRequestMs.length < 3 || arrivals.length < 3 * BLOCKS) return null
  const way = requestWayMs(poll, directMs)
  const most = replayed(poll, arrivals, way.least)
  const least = replayed(poll, arrivals, way.most)
  const pairs = arrivals.map(({ id }, index) => ({
    value: received.has(id) ? 1 : 0,
    model: ((most[index] ?? 0) + (least[index] ?? 0)) / 2,
  }))
  const estimate = meanOfGroups(pairs, BLOCKS)
  if (!estimate) return null
  // The model is as uncertain as the time on the way. Half of the tolerance allows for that; the interval takes what is beyond.
  const doubt = Math.max(0, Math.abs(mean(most) - mean(least)) / 2 - TOLERANCE / 2)
  const interval = { low: estimate.low - doubt, high: estimate.high + doubt }
  return { series: 'cursorless', x: Math.max(1, link.rttMs), tolerance: TOLERANCE, ...estimate, ...interval }
}

function judgeClaim({ points }: Findings): ClaimVerdict {
  const shares = points.filter(({ series }) => series === 'cursorless').map(({ value }) => value)
  if (shares.length === 0) return 'open'
  return Math.min(...shares) > 0.99 ? 'holds' : 'does not hold'
}

export const cursorlessPoll: Lesson = {
  id: 'cursorless-poll',
  parameters: [
    {
      kind: 'number',
      name: 'rate',
      values: [5, 20, 40],
      min: 1,
      max: 60,
      default: 20,
      unit: 'per-second',
    },
    secondsParameter(15, 5, 40),
  ],
  chart: () => ({
    x: { scale: 'log', from: 1, to: 1000, ticks: [1, 10, 20, 60, 300, 1000], unit: 'ms' },
    y: { scale: 'linear', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1], unit: 'share' },
  }),
  prediction: () => ({ kind: 'sketch', series: 'cursorless', xs: [1, 20, 60, 300] }),
  curves: (settings) => [
    { series: 'cursorless', at: (x) => deliveredShare({ ratePerS: numberOf(settings, 'rate'), gapMs: x }) },
    { series: 'long-poll', at: () => 1 },
  ],
  limitations: (_settings, { profiles }) => (PROFILES.some((profile) => profiles.includes(profile)) ? [] : ['noLinks']),
  durationMs: (settings) => numberOf(settings, 'seconds') * 1000 + 2000,
  run: async function* (context, settings) {
    const room = context.newRoom()
    const ratePerS = numberOf(settings, 'rate')
    const durationMs = numberOf(settings, 'seconds') * 1000
    const reachable = PROFILES.filter((profile) => context.place.profiles.includes(profile))
    const ways = reachable.length > 0 ? reachable : [null]
    const polls = ways.map((profile) => new CursorlessPoll(profile, context.rttOf(profile)))
    const publisher = await context.openPublisher(room, ratePerS)
    const readers = await Promise.all(
      ways.map(async (profile) =>
        context.openReader({ room, transport: 'long-poll', ...(profile === null ? {} : { profile, link: 1 }) }),
      ),
    )
    const end = new AbortController()
    const signal = AbortSignal.any([context.signal, end.signal])
    const reading = polls.map((poll) => poll.read(context, room, signal))
    try {
      const dueMs = poissonArrivalsMs(context.random(1), ratePerS, durationMs)
      yield* context.publish([{ publisher, dueMs }], durationMs, ({ fromMs, toMs }) => {
        const known = new Map(
          readers.flatMap(({ deliveries }) => deliveries.map(({ event }) => [event.id, event.at + 0.5] as const)),
        )
        const arrivals = [...known]
          .map(([id, storedMs]) => ({ id, storedMs }))
          .filter(({ storedMs }) => storedMs >= fromMs && storedMs < toMs - UNDER_WAY_MS)
          .toSorted((a, b) => a.storedMs - b.storedMs)
        // Of what was sent: what no reader has is no arrival.
        const sent = dueMessages(publisher, dueMs, { fromMs, toMs }, context.toServerTime(now()), UNDER_WAY_MS)
        const withCursor = readers.flatMap((reader, index): Point[] => {
          if (sent.length === 0) return []
          const ids = new Set(reader.deliveries.map(({ event }) => event.id))
          const share = sent.filter((id) => ids.has(id)).length / sent.length
          const x = Math.max(1, polls[index]?.link.rttMs ?? 0)
          return [{ series: 'long-poll', x, tolerance: 0.001, ...exactly(share, 1, sent.length) }]
        })
        return [...polls.flatMap((poll) => pointOf(poll, arrivals, context.conditions.directMs) ?? []), ...withCursor]
      })
    } finally {
      end.abort()
      await Promise.all(reading)
    }
  },
  judgeClaim,
  texts: {
    en: {
      question: 'Does every message survive the wire?',
      claim:
        'The server answers a long poll with the next message, and the client asks again. So the client gets all messages.',
      what: (settings) =>
        `Two long polls read one room over each link, with ${textOf(numberOf(settings, 'rate'), 'count')} messages a second. One sends its cursor, ` +
        'which is the position of the last message that it has. The other one asks for the next message and remembers nothing, as in many tutorials.',
      x: 'round trip',
      y: 'messages that arrive',
      names: { cursorless: 'without a cursor' },
      parameters: { rate: 'Messages per second', seconds: 'Duration' },
      predict: 'Which share of the messages reaches a long poll that sends no cursor?',
      finding: ({ points }) => {
        const without = points.filter(({ series }) => series === 'cursorless').toSorted((a, b) => a.x - b.x)
        const [first, last] = [without[0], without.at(-1)]
        if (!first || !last) return 'No message was counted.'
        const all = points.filter(({ series }) => series === 'long-poll').every(({ value }) => value === 1)
        const with_ = all ? 'With a cursor, every message arrived.' : 'With a cursor, messages are missing, too.'
        return first === last
          ? `Without a cursor, ${textOf(first.value, 'share')} of the messages arrived. ${with_}`
          : `Without a cursor, ${textOf(first.value, 'share')} of the messages arrived over the quickest link, and ${textOf(last.value, 'share')} at a round trip of ${textOf(last.x, 'ms')}. ${with_}`
      },
      why: [
        'After each answer, one round trip passes in which no request of the client waits at the server. A server that only answers waiting requests has nowhere to put a message that is stored then.',
        'A cursor names the last message that the client has. The server then answers with all that follows, so the gap costs time, and no message.',
      ],
      formula: 'share = 1 / (1 + λ · G), with λ messages per second and a gap of G seconds',
      changes:
        'More messages per second and longer round trips lose more. A server that keeps a queue for each client loses none, and has to decide when to delete the queue.',
      limitations: {
        noLinks:
          'This page reaches no emulated link: only the direct way is measured, where the gap is a few milliseconds.',
      },
    },
    'zh-CN': {
      question: '每条消息都能送到吗？',
      claim: '服务器用下一条消息响应长轮询，客户端再次请求，因此消息一条也不会少。',
      what: (settings) =>
        `每条链路上有两个长轮询读同一个房间，每秒 ${numberOf(settings, 'rate')} 条消息。一个带上游标（已收到的最后一条消息的位置）；另一个只问“下一条”，什么也不记，许多教程就是这样写的。`,
      x: '往返时间',
      y: '送达的消息',
      names: { cursorless: '不带游标' },
      parameters: { rate: '每秒消息数', seconds: '时长' },
      predict: '不带游标的长轮询能收到多少消息？',
      finding: ({ points }) => {
        const without = points.filter(({ series }) => series === 'cursorless').toSorted((a, b) => a.x - b.x)
        const [first, last] = [without[0], without.at(-1)]
        if (!first || !last) return '没有统计到消息。'
        const all = points.filter(({ series }) => series === 'long-poll').every(({ value }) => value === 1)
        const rest = all ? '带游标时全部送达。' : '带游标时也有消息没到。'
        return first === last
          ? `不带游标时送达 ${textOf(first.value, 'share')}。${rest}`
          : `不带游标时，最快的链路上送达 ${textOf(first.value, 'share')}，往返 ${textOf(last.x, 'ms')} 时只有 ${textOf(last.value, 'share')}。${rest}`
      },
      why: [
        '每次响应之后，要过一个往返，客户端的下一个请求才到服务器。这段时间里存下的消息，只会响应等待中请求的服务器没有地方可放。',
        '游标说明客户端收到了哪一条。服务器据此把后面的消息一起响应，所以空当只耗时间，不丢消息。',
      ],
      formula: '送达比例 = 1 / (1 + λ · G)，λ 为每秒消息数，G 为空当秒数',
      changes: '消息越密、往返越长，丢得越多。为每个客户端保留队列的服务器不会丢，但必须决定何时删除队列。',
      limitations: { noLinks: '此页面连不上模拟链路，只能测直连，空当只有几毫秒。' },
    },
  },
}
