import type { Cell, Published } from '../report/schema.ts'

type Row = Published | null

const ratio = (a: number, b: number): string => `${(a / b).toFixed(a / b >= 20 ? 0 : 1)}:1`
const MEBIBIT = 2 ** 20

/** Published results, each with the measured result for the same quantity. */
export function publishedOf(cells: readonly Cell[]): Published[] {
  const at = (id: string) => cells.find((cell) => cell.id === id)
  const rows: Row[] = [
    ...headers(at('overhead/short-poll/browser'), at('overhead/websocket/browser')),
    transits(at('rtt/long-poll/100')),
    cpuAgainstRate(cells),
    longPollUnderLoad(cells),
    perDelivery(at('overhead/websocket'), at('memory/websocket')),
    socketMemory(at('memory/websocket')),
    roundTrips(cells),
  ]
  return rows.filter((row) => row !== null)
}

/** Lubbers and Greco compare headers only. With TCP/IP and with a message the ratio is smaller. */
function headers(poll: Cell | undefined, push: Cell | undefined): Row[] {
  if (!poll?.bytes || !push?.bytes || poll.counts.requests === 0 || push.counts.frames === 0) return []
  const source = 'Lubbers & Greco, “HTML5 WebSocket: A Quantum Leap”'
  const { bytes } = poll
  const pollHeaderBytes = (bytes.up.headers + bytes.down.headers) / poll.counts.requests
  // A frame header of this server: 2 bytes for up to 125 bytes of payload, otherwise 4.
  const pushHeaderBytes = push.bytes.down.payload + push.bytes.down.framing > 126 * push.counts.frames ? 4 : 2
  const rows: Row[] = [
    {
      source,
      claim: '871 B of headers for a poll, 2 B for a frame: 435:1',
      ours: `${pollHeaderBytes.toFixed(0)} B for a poll with a browser’s headers, ${pushHeaderBytes} B for a frame: ${ratio(pollHeaderBytes, pushHeaderBytes)}`,
      agrees: pollHeaderBytes / pushHeaderBytes > 100,
    },
  ]
  if (bytes.segments !== null && push.bytes.segments !== null && bytes.wire !== null && push.bytes.wire !== null) {
    const tcpIp = 52
    const pollWire = pollHeaderBytes + (tcpIp * bytes.segments) / poll.counts.requests
    const pushWire = pushHeaderBytes + (tcpIp * push.bytes.segments) / push.counts.frames
    rows.push({
      source: `${source}, with TCP/IP and ACKs`,
      claim: 'not measured',
      ours: `${pollWire.toFixed(0)} B for a poll, ${pushWire.toFixed(0)} B for a frame: ${ratio(pollWire, pushWire)}`,
      agrees: null,
    })
    // One message per poll, as in the publication: text and framing are added to both.
    const message = (bytes.down.framing + bytes.down.payload) / poll.counts.delivered
    const framed = push.bytes.wire / push.counts.delivered
    rows.push({
      source: `${source}, with a message of ${poll.payloadBytes} B`,
      claim: 'not measured',
      ours: `${(pollWire + message).toFixed(0)} B by poll, ${framed.toFixed(0)} B by frame: ${ratio(pollWire + message, framed)}`,
      agrees: null,
    })
  }
  const rates: [number, number, number][] = [
    [1000, 6.6, 0.015],
    [10_000, 66, 0.153],
    [100_000, 665, 1.526],
  ]
  for (const [clients, polled, pushed] of rates) {
    const mebibits = (headerBytes: number) => ((headerBytes * clients * 8) / MEBIBIT).toPrecision(3)
    rows.push({
      source: `${source}, ${clients.toLocaleString('en')} clients at one message per second`,
      claim: `${polled} against ${pushed} Mbit/s (2²⁰ bit) of headers`,
      ours: `${mebibits(pollHeaderBytes)} against ${mebibits(pushHeaderBytes)}, computed from the headers above`,
      agrees: pollHeaderBytes / pushHeaderBytes > 100,
    })
  }
  return rows
}

function transits(cell: Cell | undefined): Row {
  if (!cell?.latencyMs || cell.rttMs === undefined) return null
  const transit = cell.rttMs / 2
  const [median, max] = [cell.latencyMs.p50 / transit, cell.latencyMs.max / transit]
  return {
    source: 'RFC 6202, section 2.2',
    claim: 'long-poll: average one transit, maximum over three',
    ours: `RTT ${cell.rttMs} ms: median ${median.toFixed(2)} transits, maximum ${max.toFixed(2)} (n = ${cell.latencyMs.n})`,
    agrees: Math.abs(median - 1) < 0.15 && max < 3.3,
  }
}

function cpuAgainstRate(cells: readonly Cell[]): Row {
  const of = (subject: string) =>
    cells
      .filter(({ scenario, subject: own }) => scenario === 'rates' && own === subject)
      .sort((a, b) => a.ratePerS - b.ratePerS)
  const pairs = of('websocket').flatMap((push, i) => {
    const poll = of('short-poll')[i]
    return poll?.cpu && push.cpu
      ? [{ ratePerS: push.ratePerS, ratio: push.cpu.utilisation / poll.cpu.utilisation }]
      : []
  })
  const [slowest, fastest] = [pairs[0], pairs.at(-1)]
  if (!slowest || !fastest) return null
  const spell = ({ ratio: times, ratePerS }: typeof slowest) => `${times.toFixed(2)} × at ${ratePerS.toFixed(1)}/s`
  return {
    source: 'Bozdag, Mesbah, van Deursen 2007',
    claim: 'a push server uses 7 × the CPU of a pull server',
    ours: `WebSocket against short-poll: ${spell(slowest)}, ${spell(fastest)}: the ratio depends on the rate`,
    agrees: fastest.ratio >= 5,
  }
}

function longPollUnderLoad(cells: readonly Cell[]): Row {
  const loads = cells.filter(({ scenario, subject }) => scenario === 'sweep' && subject === 'long-poll')
  const busiest = loads.filter(({ latencyMs, validity }) => latencyMs && validity.valid).at(-1)
  if (!busiest?.latencyMs) return null
  const deliveries = busiest.ratePerS * busiest.clients
  return {
    source: 'CometD 2.4 benchmark',
    claim: 'long-poll: median 2 to 4 ms up to 10,000 messages/s',
    ours: `median ${busiest.latencyMs.p50.toFixed(1)} ms at ${deliveries.toFixed(0)} deliveries/s, on another machine`,
    agrees: null,
  }
}

function perDelivery(cell: Cell | undefined, idle: Cell | undefined): Row {
  if (!cell?.cpu?.perDeliveryUs) return null
  const kib =
    idle?.memory && idle.validity.valid ? `, ${(idle.memory.perClientBytes / 1024).toFixed(1)} KiB per connection` : ''
  return {
    source: 'Centrifugo, one million connections',
    claim: '30 kB per connection, 500,000 deliveries/s on 40 cores: 80 µs of CPU each',
    ours: `${cell.cpu.perDeliveryUs.value.toFixed(1)} µs each${kib}; not comparable: the publication used 20 machines with a broker, at saturation`,
    agrees: null,
  }
}

function socketMemory(cell: Cell | undefined): Row {
  if (!cell?.memory || !cell.validity.valid) return null
  return {
    source: 'Socket.IO, memory usage',
    claim: '10,000 clients: 98 MB with its default engine, 46 MB with bare ws',
    ours: `${((cell.memory.perClientBytes * 10_000) / 1e6).toFixed(0)} MB for 10,000, from up to ${cell.clients}`,
    agrees: null,
  }
}

function roundTrips(cells: readonly Cell[]): Row {
  const p95 = ({ latencyMs }: Cell) =>
    latencyMs?.percentiles.find(([percentile]) => percentile === 95)?.[1] ?? Number.NaN
  const sockets = cells.filter(
    ({ scenario, subject, validity }) => scenario === 'sweep' && subject === 'websocket' && validity.valid,
  )
  const within = sockets.filter((cell) => p95(cell) < 250).at(-1)
  if (!within) return null
  return {
    source: 'websocket-shootout',
    claim: 'p95 of a round trip at 1,000 to 5,000 clients: 47, 87, 121, 163, 184 ms',
    ours: `p95 ${p95(within).toFixed(1)} ms one way, ${within.clients} clients at ${within.ratePerS.toFixed(0)} messages/s; not comparable: open loop, one way`,
    agrees: null,
  }
}
