import { SETTINGS } from '../../src/server/config/settings.ts'
import { transportsThat } from '../../src/transports.ts'
import type { Cell, Report } from '../report/schema.ts'

const STREAMS: readonly string[] = transportsThat(({ carrier, mode }) => carrier === 'HTTP' && mode === 'streaming')
/** ms that a stream may be later than a socket before the report has to say why. */
const NOTABLE_MS = 0.2

type Said = Report['conclusions'][number]

const figure = (value: number, digits = 2): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(digits))

/** What a person should take away, in words, from this report alone. Says nothing where there is nothing to go by. */
export function conclusionsOf({
  cells,
  comparisons,
  crossovers,
  parameters,
}: Pick<Report, 'cells' | 'comparisons' | 'crossovers' | 'parameters'>): Said[] {
  const of = (scenario: Cell['scenario'], subject: string) => cells.find(({ id }) => id === `${scenario}/${subject}`)
  const said: Said[] = []
  const say = (en: string, zh: string) => said.push({ en, zh })

  const [short, long, socket] = ['short-poll', 'long-poll', 'websocket'].map(
    (subject) => of('latency', subject)?.latencyMs,
  )
  if (short && long && socket) {
    say(
      `Half of the messages were there after ${figure(short.p50)} ms by short-poll (every ${parameters.interval} ms), ${figure(long.p50)} ms by long-poll and ${figure(socket.p50)} ms by WebSocket: what short-poll adds is half its interval.`,
      `一半的消息在 ${figure(short.p50)} 毫秒（短轮询，间隔 ${parameters.interval} 毫秒）、${figure(long.p50)} 毫秒（长轮询）、${figure(socket.p50)} 毫秒（WebSocket）内送达：短轮询多出来的正是半个间隔。`,
    )
  }
  const pair = comparisons.find(({ a, b }) => a === 'long-poll' && b === 'websocket')
  if (pair) {
    const { value, low, high } = pair.medianDifference
    if (pair.verdict === 'no difference shown') {
      say(
        'Between long-poll and WebSocket no difference in latency was shown on this machine.',
        '在这台机器上，长轮询与 WebSocket 的延迟没有显示出差别。',
      )
    } else {
      const interval = `${figure(low ?? value)} … ${figure(high ?? value)} ms`
      say(
        `Long-poll was ${figure(Math.abs(value))} ms ${value > 0 ? 'slower' : 'faster'} than WebSocket (${interval}): on loopback both push, and a request is what it costs to push by HTTP.`,
        `长轮询比 WebSocket ${value > 0 ? '慢' : '快'} ${figure(Math.abs(value))} 毫秒（${interval}）：在本机回环上两者都是推送，差的是一次 HTTP 请求。`,
      )
    }
  }
  for (const { a, b, medianDifference } of comparisons) {
    if (b !== 'websocket' || !STREAMS.includes(a) || medianDifference.value <= NOTABLE_MS) continue
    const later = figure(medianDifference.value)
    say(
      `By ${a} messages came ${later} ms later than by WebSocket. The server adds this: it writes a piece of a streamed answer later than a frame. The subscriber reads both in the same turn of its event loop.`,
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
    say(
      `At ${rate} messages/s a message of ${parameters.payload} bytes cost ${bytes[0]} bytes by short-poll, ${bytes[1]} by long-poll and ${bytes[2]} by WebSocket.`,
      `每秒 ${rate} 条消息时，一条 ${parameters.payload} 字节的消息，短轮询要 ${bytes[0]} 字节，长轮询 ${bytes[1]} 字节，WebSocket ${bytes[2]} 字节。`,
    )
    const [shortRequests, longRequests] = [shortCost, longCost].map((cell) => cell.requestsPerMessage?.value ?? 0)
    if (shortRequests && longRequests) {
      const ratio = longRequests / shortRequests
      const limit = figure(1000 / parameters.interval)
      say(
        `Long-poll sent ${figure(ratio)} × the requests of short-poll at ${rate} messages/s: more is expected above 1/T = ${limit}/s, fewer below.`,
        `每秒 ${rate} 条消息时，长轮询的请求数是短轮询的 ${figure(ratio)} 倍：理论上在 1/T = 每秒 ${limit} 条以上更多，以下更少。`,
      )
    }
    const cpu = [shortCost, longCost, socketCost].map((cell) => figure(cell.cpu?.perDeliveryUs?.value ?? 0, 3))
    say(
      `A delivery cost the server ${cpu[0]} µs of CPU by short-poll, ${cpu[1]} µs by long-poll and ${cpu[2]} µs by WebSocket, at this load.`,
      `在这个负载下，每送达一条消息，服务器花费的 CPU 时间：短轮询 ${cpu[0]} 微秒，长轮询 ${cpu[1]} 微秒，WebSocket ${cpu[2]} 微秒。`,
    )
  }
  compatibility(of('overhead', 'socket-io'), socketCost, say)
  cursor(of('overhead', 'snapshot-poll'), shortCost, say)
  for (const { name, predictedPerS, measuredPerS } of crossovers) {
    if (measuredPerS === null || predictedPerS === null) continue
    if (name === 'requests') {
      say(
        `Above ${figure(measuredPerS)} messages/s long-poll sends more requests than short-poll; the model says ${figure(predictedPerS)}.`,
        `每秒超过 ${figure(measuredPerS)} 条消息时，长轮询的请求比短轮询多；模型给出的是 ${figure(predictedPerS)}。`,
      )
    }
    if (name === 'bytes') {
      say(
        `Above ${figure(measuredPerS)} messages/s short-poll costs fewer bytes than WebSocket, because it batches; the model says ${figure(predictedPerS)}.`,
        `每秒超过 ${figure(measuredPerS)} 条消息时，短轮询因为成批而比 WebSocket 省字节；模型给出的是 ${figure(predictedPerS)}。`,
      )
    }
  }
  const memory = ['long-poll', 'websocket'].map((subject) => of('memory', subject))
  if (memory.every((cell) => cell?.validity.valid && cell.memory)) {
    const [poll, push] = memory.map((cell) => figure((cell?.memory?.perClientBytes ?? 0) / 1024))
    say(
      `A waiting client costs the server ${poll} KiB by long-poll and ${push} KiB by WebSocket: no thread, a cursor and a socket.`,
      `一个等待中的客户端占用服务器内存：长轮询 ${poll} KiB，WebSocket ${push} KiB：没有线程，只有一个游标和一个套接字。`,
    )
  }
  return said
}

type Say = (en: string, zh: string) => void

const perMessage = (cell: Cell): number => cell.bytes?.perMessage.application.value ?? Number.NaN

/** What Socket.IO takes for being there where a WebSocket is not. */
function compatibility(layer: Cell | undefined, bare: Cell | undefined, say: Say): void {
  if (!layer?.bytes || !bare?.bytes || !layer.connect || !bare.connect) return
  const bytes = [layer, bare].map((cell) => figure(perMessage(cell), 3))
  const cpu = [layer, bare].map((cell) => figure(cell.cpu?.perDeliveryUs?.value ?? 0, 3))
  const asked = [layer.connect, bare.connect].map(({ requests }) => Number(requests.toFixed(1)))
  const sent = [layer.connect, bare.connect].map((connect) => figure(connect.bytes, 3))
  say(
    `What Socket.IO’s compatibility layer costs: ${bytes[0]} bytes a message against ${bytes[1]} by WebSocket, ${cpu[0]} µs of the server’s CPU a delivery against ${cpu[1]}; and ${asked[0]} requests and ${sent[0]} bytes before the first message against ${asked[1]} and ${sent[1]}.`,
    `Socket.IO 的兼容层要付出：每条消息 ${bytes[0]} 字节（WebSocket ${bytes[1]} 字节），每次送达服务器 CPU ${cpu[0]} 微秒（WebSocket ${cpu[1]} 微秒）；收到第一条消息之前 ${asked[0]} 个请求、${sent[0]} 字节（WebSocket ${asked[1]} 个、${sent[1]} 字节）。`,
  )
}

/** What it saves to say where one has read to. */
function cursor(snapshot: Cell | undefined, poll: Cell | undefined, say: Say): void {
  if (!snapshot?.bytes || !poll?.bytes) return
  const [all, fresh] = [perMessage(snapshot), perMessage(poll)]
  const window = SETTINGS.history.default
  const rate = figure(poll.ratePerS, 3)
  say(
    `What the cursor saves: a message cost ${figure(all, 3)} bytes by snapshot-poll, which is sent the window of ${window} events again, and ${figure(fresh, 3)} by short-poll, which is sent what is new: ${figure(all / fresh)} × as many, at ${rate} messages/s.`,
    `游标省下了什么：每秒 ${rate} 条消息时，快照轮询每次都重新取回 ${window} 条的窗口，一条消息要 ${figure(all, 3)} 字节；短轮询只取新的，要 ${figure(fresh, 3)} 字节，前者是后者的 ${figure(all / fresh)} 倍。`,
  )
}
