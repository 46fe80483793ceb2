import { latencyOf } from '../analysis/latency.ts'
import type { HttpVersion } from '../load/http-client.ts'
import type { HeaderSet } from '../load/request-headers.ts'
import { readCpuTimes } from '../rig/machine.ts'
import type { Cell } from '../report/schema.ts'
import { ROOM } from '../rig/rig.ts'
import type { RunScenario } from '../rig/run.ts'
import { reasonsAgainst } from '../rig/validity.ts'
import type { HttpClientHandlers, HttpClientResult } from '../workers/http-clients.ts'
import { Worker } from '../workers/rpc.ts'
import type { ServerHandlers } from '../workers/server.ts'

const CONNECTIONS = 10

/**
 * Bytes of an empty poll on HTTP/1.1 and on HTTP/2, with minimal headers and with those of a browser. Both use TLS, so that
 * only the version differs. Both use warm connections, whose HPACK tables contain the headers.
 */
export const http2: RunScenario = async ({ parameters, durations, progress, cells }) => {
  const clients = new Worker<HttpClientHandlers>('workers/http-clients')
  try {
    for (const headers of ['minimal', 'browser'] as const) {
      for (const version of ['http1', 'http2'] as const) {
        progress(`http2: an empty poll by ${version}, ${headers} headers`)
        const server = new Worker<ServerHandlers>('workers/server')
        try {
          const { port } = await server.call('start', { config: { tls: true, hold: parameters.hold } })
          const load = { port, room: ROOM, version, headers, connections: CONNECTIONS, durationMs: durations.http2Ms }
          await clients.call('open', load)
          const before = { server: await server.call('sample', {}), cpu: readCpuTimes() }
          const result = await clients.call('run', load)
          const after = { server: await server.call('sample', {}), cpu: readCpuTimes() }
          await clients.call('close')
          const serverCpuUs = after.server.cpuUs - before.server.cpuUs
          const ownMs = (serverCpuUs + result.cpuUs) / 1000
          const foreignCores = Math.max(0, (after.cpu.busyMs - before.cpu.busyMs - ownMs) / 1000 / result.durationS)
          cells.push(cellOf({ version, headers }, result, { serverCpuUs, foreignCores }))
        } finally {
          await server.end()
        }
      }
    }
  } finally {
    await clients.end()
  }
}

function cellOf(
  { version, headers }: { version: HttpVersion; headers: HeaderSet },
  { answers, up, down, latenciesMs, durationS, cpuUs }: HttpClientResult,
  { serverCpuUs, foreignCores }: { serverCpuUs: number; foreignCores: number },
): Cell {
  const counts = {
    published: 0,
    expected: 0,
    delivered: 0,
    twice: 0,
    outOfOrder: 0,
    requests: answers,
    empty: answers,
    frames: 0,
    connections: CONNECTIONS,
  }
  const generator = { utilisation: cpuUs / 1e6 / durationS, publisherLagP99Ms: null, scheduledShare: null }
  const reasons = reasonsAgainst({ counts, generator, foreignCores, stealShare: 0 })
  const latency = latencyOf(latenciesMs, 'request')
  const each = ({ headers: headerBytes, framing }: HttpClientResult['up']) => ({
    headers: headerBytes / answers,
    framing: framing / answers,
    payload: 0,
  })
  return {
    id: `http2/empty-poll/${version}/${headers}`,
    scenario: 'http2',
    subject: 'empty-poll',
    client: 'raw',
    loop: 'closed',
    durationS,
    clients: CONNECTIONS,
    ratePerS: 0,
    payloadBytes: 0,
    counts,
    latencyMs: latency,
    perRequest: {
      up: each(up),
      down: each(down),
      bytes: { value: (up.headers + up.framing + down.headers + down.framing) / answers },
    },
    cpu: {
      serverMs: serverCpuUs / 1000,
      perDeliveryUs: null,
      perRequestUs: { value: serverCpuUs / answers },
      utilisation: serverCpuUs / 1e6 / durationS,
    },
    throughput: { requestsPerS: answers / durationS, latencyMsP50: latency.p50, latencyMsP99: latency.p99 },
    generator,
    validity: { valid: reasons.length === 0, attempts: 1, reasons },
  }
}
