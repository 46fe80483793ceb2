import { SETTINGS } from '../../src/server/config/settings.ts'
import { transportsThat } from '../../src/transports.ts'
import type { Cell, Report } from '../report/schema.ts'

const STREAMS: readonly string[] = transportsThat(({ carrier, mode }) => carrier === 'HTTP' && mode === 'streaming')
/** A stream that is later than a WebSocket by more than this, in ms, gets an explanation. */
const NOTABLE_MS = 0.2

type Conclusion = Report['conclusions'][number]

const figure = (value: number, digits = 2): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(digits))

/** Conclusions in words, from this report alone. A conclusion without data is left out. */
export function conclusionsOf({
  cells,
  comparisons,
  crossovers,
  parameters,
}: Pick<Report, 'cells' | 'comparisons' | 'crossovers' | 'parameters'>): Conclusion[] {
  const of = (scenario: Cell['scenario'], subject: string) => cells.find(({ id }) => id === `${scenario}/${subject}`)
  const conclusions: Conclusion[] = []
  const add = (en: string, zh: string) => conclusions.push({ en, zh })

  const [short, long, socket] = ['short-poll', 'long-poll', 'websocket'].map(
    (subject) => of('latency', subject)?.latencyMs,
  )
  if (short && long && socket) {
    add(
      `Median latency was ${figure(short.p50)} ms with short-poll (every ${parameters.interval} ms), ${figure(long.p50)} ms with long-poll and ${figure(socket.p50)} ms with WebSocket. Short-poll adds half its interval.`,
      `一半的消息在 ${figure(short.p50)} 毫秒（短轮询，间隔 ${parameters.interval} 毫秒）、${figure(long.p50)} 毫秒（长轮询）、${figure(socket.p50)} 毫秒（WebSocket）内送达：短轮询多出来的正是半个间隔。`,
    )
  }
  const pair = comparisons.find(({ a, b }) => a === 'long-poll' && b === 'websocket')
  if (pair) {
    const { value, low, high } = pair.medianDifference
    if (pair.verdict === 'no difference shown') {
      add(
        'No difference in latency between long-poll and WebSocket was shown on this machine.',
        '在这台机器上，长轮询与 WebSocket 的延迟没有显示出差别。',
      )
    } else {
      const interval = `${figure(low ?? value)} … ${figure(high ?? value)} ms`
      add(
        `Long-poll was ${figure(Math.abs(value))} ms ${value > 0 ? 'slower' : 'faster'} than WebSocket (${interval}). On loopback both push; the difference is the cost of one HTTP request.`,
        `长轮询比 WebSocket ${value > 0 ? '慢' : '快'} ${figure(Math.abs(value))} 毫秒（${interval}）：在本机回环上两者都是推送，差的是一次 HTTP 请求。`,
      )
    }
  }
  for (const { a, b, medianDifference } of comparisons) {
    if (b !== 'websocket' || !STREAMS.includes(a) || medianDifference.value <= NOTABLE_MS) continue
    const later = figure(medianDifference.value)
    add(
      `Messages arrived ${later} ms later with ${a} than with WebSocket. The server causes the difference: it writes a chunk of a streamed response later than a frame. The subscriber reads both in the same turn of its event loop.`,
      `${a} 的消息比 WebSocket 晚 ${later} 毫秒。这是服务器一侧造成的：流式应答的一段比帧写得晚；订阅者在事件循环的同一轮里读到两者。`,
    )
  }
  const [shortCost, longCost, socketCost] = ['short-poll', 'long-poll', 'websocket'].map((subject) =>
    of('overhead', subject),
  )
  if (shortCost?.bytes && longCost?.bytes && socketCost?.bytes) {
    const bytes = [shortCost, longCost, socketCost].map((cell) =>
      figure(cell.bytes?.perMessage.application.value ?? 0, 3),
    )
    const rate = figure(longCost.ratePerS)
    add(
      `At ${rate} messages/s a message of ${parameters.payload} bytes cost ${bytes[0]} bytes with short-poll, ${bytes[1]} with long-poll and ${bytes[2]} with WebSocket.`,
      `每秒 ${rate} 条消息时，一条 ${parameters.payload} 字节的消息，短轮询要 ${bytes[0]} 字节，长轮询 ${bytes[1]} 字节，WebSocket ${bytes[2]} 字节。`,
    )
    const [shortRequests, longRequests] = [shortCost, longCost].map((cell) => cell.requestsPerMessage?.value ?? 0)
    if (shortRequests && longRequests) {
      const ratio = longRequests / shortRequests
      const limit = figure(1000 / parameters.interval)
      add(
        `Long-poll sent ${figure(ratio)} × the requests of short-poll at ${rate} messages/s. The model predicts more above 1/T = ${limit}/s and fewer below.`,
        `每秒 ${rate} 条消息时，长轮询的请求数是短轮询的 ${figure(ratio)} 倍：理论上在 1/T = 每秒 ${limit} 条以上更多，以下更少。`,
      )
    }
    const cpu = [shortCost, longCost, socketCost].map((cell) => figure(cell.cpu?.perDeliveryUs?.value ?? 0, 3))
    add(
      `A delivery cost the server ${cpu[0]} µs of CPU time with short-poll, ${cpu[1]} µs with long-poll and ${cpu[2]} µs with WebSocket, at this load.`,
      `在这个负载下，每送达一条消息，服务器花费的 CPU 时间：短轮询 ${cpu[0]} 微秒，长轮询 ${cpu[1]} 微秒，WebSocket ${cpu[2]} 微秒。`,
    )
  }
  addCompatibility(of('overhead', 'socket-io'), socketCost, add)
  addCursor(of('overhead', 'snapshot-poll'), shortCost, add)
  for (const { name, predictedPerS, measuredPerS } of crossovers) {
    if (measuredPerS === null || predictedPerS === null) continue
    if (name === 'requests') {
      add(
        `Above ${figure(measuredPerS)} messages/s long-poll sends more requests than short-poll; the model predicts ${figure(predictedPerS)}.`,
        `每秒超过 ${figure(measuredPerS)} 条消息时，长轮询的请求比短轮询多；模型给出的是 ${figure(predictedPerS)}。`,
      )
    }
    if (name === 'bytes') {
      add(
        `Above ${figure(measuredPerS)} messages/s short-poll costs fewer bytes than WebSocket, because it batches; the model predicts ${figure(predictedPerS)}.`,
        `每秒超过 ${figure(measuredPerS)} 条消息时，短轮询因为成批而比 WebSocket 省字节；模型给出的是 ${figure(predictedPerS)}。`,
      )
    }
  }
  const memory = ['long-poll', 'websocket'].map((subject) => of('memory', subject))
  if (memory.every((cell) => cell?.validity.valid && cell.memory)) {
    const [poll, push] = memory.map((cell) => figure((cell?.memory?.perClientBytes ?? 0) / 1024))
    add(
      `A waiting client costs the server ${poll} KiB with long-poll and ${push} KiB with WebSocket, for a cursor and a socket, without a thread.`,
      `一个等待中的客户端占用服务器内存：长轮询 ${poll} KiB，WebSocket ${push} KiB：没有线程，只有一个游标和一个套接字。`,
    )
  }
  return conclusions
}

type AddConclusion = (en: string, zh: string) => void

const perMessage = (cell: Cell): number => cell.bytes?.perMessage.application.value ?? Number.NaN

/** The cost of Socket.IO's compatibility with networks that block WebSocket. */
function addCompatibility(layer: Cell | undefined, bare: Cell | undefined, add: AddConclusion): void {
  if (!layer?.bytes || !bare?.bytes || !layer.connect || !bare.connect) return
  const bytes = [layer, bare].map((cell) => figure(perMessage(cell), 3))
  const cpu = [layer, bare].map((cell) => figure(cell.cpu?.perDeliveryUs?.value ?? 0, 3))
  const requests = [layer.connect, bare.connect].map(({ requests }) => Number(requests.toFixed(1)))
  const sent = [layer.connect, bare.connect].map((connect) => figure(connect.bytes, 3))
  add(
    `Cost of Socket.IO’s compatibility layer: ${bytes[0]} bytes per message (WebSocket: ${bytes[1]}), ${cpu[0]} µs of server CPU time per delivery (${cpu[1]}), and ${requests[0]} requests and ${sent[0]} bytes before the first message (${requests[1]} and ${sent[1]}).`,
    `Socket.IO 的兼容层要付出：每条消息 ${bytes[0]} 字节（WebSocket ${bytes[1]} 字节），每次送达服务器 CPU ${cpu[0]} 微秒（WebSocket ${cpu[1]} 微秒）；收到第一条消息之前 ${requests[0]} 个请求、${sent[0]} 字节（WebSocket ${requests[1]} 个、${sent[1]} 字节）。`,
  )
}

/** The savings of the cursor. */
function addCursor(snapshot: Cell | undefined, poll: Cell | undefined, add: AddConclusion): void {
  if (!snapshot?.bytes || !poll?.bytes) return
  const [all, fresh] = [perMessage(snapshot), perMessage(poll)]
  const window = SETTINGS.history.default
  const rate = figure(poll.ratePerS, 3)
  add(
    `Savings of the cursor at ${rate} messages/s: a message cost ${figure(all, 3)} bytes with snapshot-poll, whose answers repeat ${window} events, and ${figure(fresh, 3)} bytes with short-poll, whose answers contain new events only. The ratio is ${figure(all / fresh)}.`,
    `游标省下了什么：每秒 ${rate} 条消息时，快照轮询每次都重新取回 ${window} 条的窗口，一条消息要 ${figure(all, 3)} 字节；短轮询只取新的，要 ${figure(fresh, 3)} 字节，前者是后者的 ${figure(all / fresh)} 倍。`,
  )
}
