import type { FormulaId } from '../../models/choice-findings.ts'

export interface FormulaWords {
  name: string
  says: string
}

export const formulasEn: Record<FormulaId, FormulaWords> = {
  'poll-latency': {
    name: 'Latency of a short poll',
    says: 'A message waits for the next poll, for a time that is uniform from 0 to the interval T. Then it needs one transit d, half a round trip.',
  },
  'long-poll-latency': {
    name: 'Latency of a long poll',
    says: 'A held request carries a message at once. A message that is stored between an answer and the next request waits in the gap G. RFC 6202: one transit on average, three at most.',
  },
  'push-latency': {
    name: 'Latency of a push',
    says: 'An open stream or socket needs one transit d, at any rate that the server can carry.',
  },
  'empty-polls': {
    name: 'Empty polls',
    says: 'Messages come at random, λ in a second. A poll finds none of them with this probability.',
  },
  'long-poll-requests': {
    name: 'Requests of a long poll',
    says: 'About one for each message, and one for each hold H without a message. Messages that come within the gap G share an answer.',
  },
  'frames-per-message': {
    name: 'Frames of a push',
    says: 'While a message goes out to N users, for c each, the next messages wait and share frames.',
  },
  'six-connections': {
    name: 'Six connections',
    says: 'Browsers open six HTTP/1.1 connections to a host, for all tabs together. A held request or a stream occupies one of them, and what a user sends needs another. A WebSocket is not one of the six; HTTP/2 carries 100 requests on one connection.',
  },
  upgrade: {
    name: 'The upgrade',
    says: 'A WebSocket begins as an HTTP request that asks for an upgrade (RFC 6455, section 4). A proxy that does not pass this on ends the attempt.',
  },
  buffering: {
    name: 'A buffering proxy',
    says: 'It passes an answer on when the answer is complete. The answer of a poll is complete at once; a stream has no end.',
  },
  'header-compression': {
    name: 'Headers on HTTP/2',
    says: 'HPACK sends a header that was sent before as one or two bytes. Measured: an empty poll with a browser’s headers.',
  },
  upstream: {
    name: 'What users send',
    says: 'N users send s messages a second each. By HTTP each is a request with headers; on a WebSocket it is a frame with about 80 bytes around the text.',
  },
  radio: {
    name: 'Uses of the radio',
    says: 'A phone’s radio stays on for some seconds after each use. A poll uses it whether there is a message or not; a push uses it for messages, and for a heartbeat after 20 s of silence.',
  },
  cpu: {
    name: 'CPU time',
    says: 'λ messages, r polls, a answers with messages and f frames in a second, each times its cost. Work after a pause finds its caches cold, which costs w more; τ is the time constant. So a short poll at a busy server is cheaper, and so is a held poll or a frame on a busy connection.',
  },
  bytes: {
    name: 'Bytes',
    says: 'Headers of r requests and their answers, an envelope for each of a answers with messages, and N λ messages. Each TCP segment has 52 bytes of headers, acknowledgements too.',
  },
  memory: { name: 'Memory', says: 'What a process has without clients, and what each waiting client adds.' },
  bill: {
    name: 'The bill',
    says: 'As many machines as the cores or the memory need, and the traffic of 30 days. To compare transports, machines are not rounded up.',
  },
  simpler: {
    name: 'The simpler one of equals',
    says: 'Prices that differ by less than 20 % are equal here, since this is the error that the benchmark allows for its predictions. Of equal transports the simplest is recommended: first short-poll, then SSE, long-poll, HTTP stream and WebSocket. For users who send at least once a second, WebSocket is first.',
  },
}

export const formulasZhCN: Record<FormulaId, FormulaWords> = {
  'poll-latency': {
    name: '短轮询的延迟',
    says: '消息要等下一次轮询，等待时间在 0 与间隔 T 之间均匀分布，然后再走一个单程 d，即往返时间的一半。',
  },
  'long-poll-latency': {
    name: '长轮询的延迟',
    says: '请求若已挂起，消息立刻随响应送出；消息若落在响应与下一次请求之间的空当 G 里，就要等。RFC 6202：平均一个单程，最多三个。',
  },
  'push-latency': { name: '推送的延迟', says: '流或套接字一直开着，只需一个单程 d；服务器承受得住的速率下都如此。' },
  'empty-polls': { name: '空轮询', says: '消息随机到来，每秒 λ 条；一次轮询一条也没遇到的概率如上。' },
  'long-poll-requests': {
    name: '长轮询的请求数',
    says: '大约每条消息一个请求，没有消息时每个挂起时间 H 一个；在空当 G 里到来的几条消息共用一个响应。',
  },
  'frames-per-message': {
    name: '推送的帧数',
    says: '一条消息送给 N 个用户，每个要 c；送的时候又来的消息先等着，随后合在同一帧里。',
  },
  'six-connections': {
    name: '六条连接',
    says: '浏览器对同一主机只开六条 HTTP/1.1 连接，所有标签页共用。一个挂起的请求或一个流占一条，用户发消息还要一条。WebSocket 不占这六条；HTTP/2 在一条连接上可以有 100 个请求。',
  },
  upgrade: {
    name: '升级',
    says: 'WebSocket 以一个要求升级的 HTTP 请求开始（RFC 6455 第 4 节）。代理不转发升级，就连不上。',
  },
  buffering: { name: '缓冲的代理', says: '这种代理等响应完整了才转发。轮询的响应立刻就完整；流没有结尾。' },
  'header-compression': {
    name: 'HTTP/2 的头部',
    says: 'HPACK 把发过的头部压成一两个字节。数字是实测：带浏览器头部的一次空轮询。',
  },
  upstream: {
    name: '用户发送的消息',
    says: 'N 个用户每人每秒发 s 条。走 HTTP，每条都是一个带头部的请求；走 WebSocket，每条是一个帧，正文之外约 80 字节。',
  },
  radio: {
    name: '无线电的使用次数',
    says: '手机的无线电每用一次都要再开几秒。轮询不管有没有消息都要用；推送只在有消息时用，另外每静默 20 秒有一次心跳。',
  },
  cpu: {
    name: 'CPU 时间',
    says: '每秒 λ 条消息、r 次轮询、a 个带消息的响应、f 个帧，各乘以自己的开销。停一阵之后缓存就冷了，再干活要多付 w，时间常数是 τ：所以服务器越忙，一次短轮询越便宜；连接越忙，一次挂起的轮询或一个帧也越便宜。',
  },
  bytes: {
    name: '字节',
    says: 'r 个请求及其响应的头部，a 个带消息的响应各有一个信封，再加 N λ 条消息。每个 TCP 报文段有 52 字节的头部，确认也算。',
  },
  memory: { name: '内存', says: '没有客户端时进程本身的内存，加上每个等待中的客户端的那一份。' },
  bill: { name: '账单', says: '由核数或内存决定要几台机器，再加 30 天的流量。比较传输方式时，机器数不取整。' },
  simpler: {
    name: '相当时选更简单的',
    says: '价格相差不到 20 % 就算相当，因为基准测试允许自己的预测有这么大的误差。相当的里面推荐最简单的：先是短轮询，然后 SSE、长轮询、HTTP 流、WebSocket。用户每秒至少发一条消息时，WebSocket 排在最前。',
  },
}
