import type { FindingCode } from '../../models/choice-findings.ts'
import type { ChoiceField, Switch } from './choice-settings.ts'

/** The numbers of a finding, spelled with their units. */
export type Spelled = Readonly<Record<string, string>>

export const en = {
  title: 'Which transport should it be?',
  lead: 'Describe your users and their networks. Each transport gets a verdict with reasons, and each reason links to the formula or the experiment behind it.',
  needs: 'Your situation',
  fields: {
    users: 'Users at the same time',
    rate: 'Messages each user receives',
    send: 'Messages each user sends',
    latency: '95 of 100 messages within',
    rtt: 'Round trip of the network',
    tabs: 'Open tabs of one browser',
    headers: 'Headers of a request and its answer',
    text: 'Text of a message',
  } satisfies Record<ChoiceField, string>,
  switches: {
    http2: 'HTTP/2 (with TLS)',
    buffering: 'A proxy on the way buffers answers',
    noupgrade: 'A proxy on the way blocks the WebSocket upgrade',
    battery: 'Users are on battery',
  } satisfies Record<Switch, string>,
  notAllowed: (field: string, text: string, low: string, high: string) =>
    `${field}: ${text === '' ? 'nothing' : `“${text}”`} is not allowed. Enter a number from ${low} to ${high}.`,
  verdicts: { fits: 'fits', 'with-care': 'fits less well', 'does-not-fit': 'does not fit' },
  recommended: (name: string) => `Recommended: ${name}`,
  none: 'No transport fits',
  noneWhy:
    'Each transport fails one of the conditions; the reasons are below. A longer allowed delay, or a network without the obstacle, changes this.',
  why: {
    only: (name: string) => `${name} is the only transport that fits.`,
    cheapest: (name: string, price: string, next: string, nextPrice: string) =>
      `Of the transports that fit, the lowest price is that of ${name}: ${price} a month, against ${nextPrice} with ${next}.`,
    simplest: (names: string, name: string) =>
      `${names} cost the same within the error of the prediction. ${name} is the simplest of them.`,
    care: 'No transport fits without reservations.',
  },
  and: (names: readonly string[]) =>
    names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`,
  findings: {
    interval: ({ intervalMs, meanMs, maxMs }: Spelled) =>
      `Poll every ${intervalMs}: then messages are ${meanMs} late on average, and ${maxMs} at most.`,
    'interval-too-short': ({ latencyMs, rttMs }: Spelled) =>
      `No interval is short enough for ${latencyMs}: a poll takes a round trip of ${rttMs}.`,
    'latency-held': ({ p95Ms, maxMs }: Spelled) => `95 of 100 messages arrive within ${p95Ms}, all within ${maxMs}.`,
    'latency-push': ({ p95Ms }: Spelled) => `Messages arrive after one transit: ${p95Ms}.`,
    'too-late': ({ p95Ms, latencyMs }: Spelled) =>
      `The network allows 95 of 100 messages within ${p95Ms} at best; ${latencyMs} is wanted.`,
    'tabs-blocked': ({ tabs, limit }: Spelled) =>
      `${tabs} tabs hold ${tabs} connections. A browser has ${limit} for HTTP/1.1, and needs one of them for what the user sends: the next tab hangs.`,
    'tabs-free': ({ tabs }: Spelled) => `HTTP/2 carries the requests of all ${tabs} tabs on one connection.`,
    'upgrade-blocked': () => 'The proxy does not pass the upgrade on, so the connection is never made.',
    buffered: () => 'The proxy holds the stream back until it ends: messages come late, in lumps.',
    'empty-polls': ({ emptyShare }: Spelled) => `${emptyShare} of the polls come back empty.`,
    batches: ({ perPoll }: Spelled) => `Each poll brings ${perPoll} messages on average, which share its headers.`,
    radio: ({ perHour }: Spelled) => `The radio is used ${perHour} times an hour.`,
    'radio-more': ({ perHour, pushPerHour }: Spelled) =>
      `The radio is used ${perHour} times an hour; with a stream ${pushPerHour} times.`,
    'compressed-headers': ({ http1, http2 }: Spelled) =>
      `HTTP/2 compresses the headers of a poll and its answer: ${http2} instead of ${http1}.`,
    'post-headers': ({ headers, frame }: Spelled) =>
      `Each message that a user sends is a request with ${headers} of headers; on a WebSocket ${frame} surround it.`,
  } satisfies Record<FindingCode, (values: Spelled) => string>,
  formula: (name: string) => `Formula: ${name}`,
  experiment: 'Experiment',
  cost: {
    title: 'Cost',
    sentence: ({ cores, traffic, price }: Spelled, isBeyond: boolean) =>
      `CPU cores: ${cores}; traffic: ${traffic} Mbit/s; ${price} per month, ${isBeyond ? 'partly extrapolated' : 'within the measured range'}.`,
    none: 'no cost: no interval fits, or the transport was not measured',
    measurement: 'Measurement',
    details: 'Details in the capacity calculator',
  },
  table: {
    title: 'Side by side',
    transport: 'Transport',
    verdict: 'Verdict',
    cores: 'CPU cores',
    traffic: 'Traffic, Mbit/s',
    memory: 'Memory',
    price: 'Price a month',
    upstream: 'Traffic includes what users send; its CPU time is not included.',
  },
  reasons: 'Each transport',
  formulas: 'Formulas and facts',
  print: 'Print',
  address: 'The address of this page contains all settings.',
}

export type ChoiceWords = typeof en

const isLatin = (letter: string | undefined): boolean => /^\w$/.test(letter ?? '')
/** A name behind a mark of punctuation and before Chinese characters: Latin letters have a space there. */
const afterMark = (name: string): string => (isLatin(name.at(-1)) ? `${name} ` : name)
/** A name between Chinese characters. */
const inHan = (name: string): string => (isLatin(name.at(0)) ? ` ${afterMark(name)}` : afterMark(name))
const betweenNames = (before = '', after = ''): string =>
  `${isLatin(before.at(-1)) ? ' ' : ''}和${isLatin(after.at(0)) ? ' ' : ''}`

export const zhCN: ChoiceWords = {
  title: '该选哪种传输方式？',
  lead: '描述你的用户和他们的网络。每种传输方式都会得到一个结论和理由，每条理由都连到背后的公式或实验。',
  needs: '你的情况',
  fields: {
    users: '同时在线的用户',
    rate: '每个用户收到的消息',
    send: '每个用户发出的消息',
    latency: '95 % 消息的送达时限',
    rtt: '网络往返时间',
    tabs: '同一浏览器打开的标签页',
    headers: '一次请求与响应的头部',
    text: '一条消息的正文',
  },
  switches: {
    http2: 'HTTP/2（带 TLS）',
    buffering: '途中有代理会缓冲响应',
    noupgrade: '途中有代理会阻止 WebSocket 升级',
    battery: '用户用电池',
  },
  notAllowed: (field, text, low, high) =>
    `${field}：${text === '' ? '不能为空' : `不能是“${text}”`}，请输入 ${low} 到 ${high} 之间的数。`,
  verdicts: { fits: '合适', 'with-care': '勉强合适', 'does-not-fit': '不合适' },
  recommended: (name) => `推荐：${name}`,
  none: '没有合适的传输方式',
  noneWhy: '每种方式都有一项条件不满足，理由见下。允许的延迟放宽一些，或者网络没有那道障碍，结论就会不同。',
  why: {
    only: (name) => `只有${inHan(name)}合适。`,
    cheapest: (name, price, next, nextPrice) =>
      `合适的里面，${afterMark(name)}最便宜：每月 ${price}；${afterMark(next)}要 ${nextPrice}。`,
    simplest: (names, name) => `${afterMark(names)}的花费在预测误差之内相当，其中${inHan(name)}最简单。`,
    care: '没有一种方式完全合适。',
  },
  and: (names) =>
    names.length < 2
      ? names.join('')
      : `${names.slice(0, -1).join('、')}${betweenNames(names.at(-2), names.at(-1))}${names.at(-1) ?? ''}`,
  findings: {
    interval: ({ intervalMs, meanMs, maxMs }) => `每 ${intervalMs} 轮询一次：消息平均迟 ${meanMs}，最多迟 ${maxMs}。`,
    'interval-too-short': ({ latencyMs, rttMs }) =>
      `要在 ${latencyMs} 内送达，间隔再短也不够：一次轮询就要往返 ${rttMs}。`,
    'latency-held': ({ p95Ms, maxMs }) => `95 % 的消息在 ${p95Ms} 内送达，最迟 ${maxMs}。`,
    'latency-push': ({ p95Ms }) => `消息走一个单程就到：${p95Ms}。`,
    'too-late': ({ p95Ms, latencyMs }) => `在这样的网络上，95 % 的消息最快也要 ${p95Ms}，而要求是 ${latencyMs}。`,
    'tabs-blocked': ({ tabs, limit }) =>
      `${tabs} 个标签页占住 ${tabs} 条连接。浏览器的 HTTP/1.1 连接只有 ${limit} 条，发消息还要用一条：再开的标签页会卡住。`,
    'tabs-free': ({ tabs }) => `HTTP/2 用一条连接就能承载 ${tabs} 个标签页的全部请求。`,
    'upgrade-blocked': () => '代理不转发升级请求，连接根本建立不起来。',
    buffered: () => '代理要等流结束才转发，消息因此成批地迟到。',
    'empty-polls': ({ emptyShare }) => `${emptyShare} 的轮询什么也没取到。`,
    batches: ({ perPoll }) => `每次轮询平均带回 ${perPoll} 条消息，它们分摊同一份头部。`,
    radio: ({ perHour }) => `无线电每小时使用 ${perHour} 次。`,
    'radio-more': ({ perHour, pushPerHour }) => `无线电每小时使用 ${perHour} 次；用流只要 ${pushPerHour} 次。`,
    'compressed-headers': ({ http1, http2 }) => `HTTP/2 把一次轮询来回的头部从 ${http1} 压到 ${http2}。`,
    'post-headers': ({ headers, frame }) =>
      `用户每发一条消息，就是一个头部 ${headers} 的请求；用 WebSocket，正文之外只有 ${frame}。`,
  },
  formula: (name) => `公式：${name}`,
  experiment: '实验',
  cost: {
    title: '开销',
    sentence: ({ cores, traffic, price }, isBeyond) =>
      `CPU ${cores} 核，流量 ${traffic} Mbit/s，每月 ${price}；${isBeyond ? '部分是外推' : '都在实测范围之内'}。`,
    none: '没有开销数据：没有可行的间隔，或者没有测过',
    measurement: '实测报告',
    details: '到容量计算里看细节',
  },
  table: {
    title: '并排比较',
    transport: '传输方式',
    verdict: '结论',
    cores: 'CPU 核',
    traffic: '流量，Mbit/s',
    memory: '内存',
    price: '每月价格',
    upstream: '流量包含用户发出的消息；它们的 CPU 时间没有算进来。',
  },
  reasons: '逐个来看',
  formulas: '公式与事实',
  print: '打印',
  address: '本页地址里有全部设置。',
}
