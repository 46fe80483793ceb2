import { latencyOf } from '../analysis/latency.ts'
import { readCpuTimes } from '../rig/machine.ts'
import type { Cell } from '../report/schema.ts'
import { HTTP_SUBJECTS, prepareRoom } from '../load/http-requests.ts'
import { ROOM } from '../rig/rig.ts'
import type { RunScenario } from '../rig/run.ts'
import { reasonsAgainst } from '../rig/validity.ts'
import type { HttpHandlers, HttpResult } from '../workers/http.ts'
import { Worker } from '../workers/rpc.ts'

const CONNECTIONS = 10

/** The cost of one HTTP request in a closed loop, by autocannon: each connection sends the next request after an answer. */
export const http: RunScenario = async (run) => {
  const { rig, parameters, durations, progress } = run
  const { payload: payloadBytes, hold: holdMs } = parameters
  const autocannon = new Worker<HttpHandlers>('workers/http')
  try {
    for (const subject of HTTP_SUBJECTS) {
      progress(`http: ${subject}, by autocannon`)
      await rig.start({ hold: holdMs })
      const load = (await prepareRoom(`http://127.0.0.1:${rig.port}`, ROOM, payloadBytes, holdMs))[subject]
      const before = { server: await rig.server.call('sample', {}), cpu: readCpuTimes() }
      const result = await autocannon.call('run', { ...load, connections: CONNECTIONS, durationS: durations.httpS })
      const after = { server: await rig.server.call('sample', {}), cpu: readCpuTimes() }
      const serverCpuUs = after.server.cpuUs - before.server.cpuUs
      const ownMs = (serverCpuUs + result.cpuUs) / 1000
      const foreignCores = Math.max(0, (after.cpu.busyMs - before.cpu.busyMs - ownMs) / 1000 / result.durationS)
      run.cells.push(cellOf(subject, result, { serverCpuUs, foreignCores, payloadBytes }))
    }
  } finally {
    await autocannon.end()
  }
}

function cellOf(
  subject: string,
  result: HttpResult,
  { serverCpuUs, foreignCores, payloadBytes }: { serverCpuUs: number; foreignCores: number; payloadBytes: number },
): Cell {
  const { latenciesMs, durationS, answers, requestsPerS } = result
  const isEmpty = subject === 'empty-poll'
  const counts = {
    published: 0,
    expected: 0,
    delivered: 0,
    twice: 0,
    outOfOrder: 0,
    requests: answers,
    empty: isEmpty ? answers : 0,
    frames: 0,
    connections: CONNECTIONS,
  }
  // A closed loop saturates the server; the cell is not valid if it saturates the generator.
  const generator = { utilisation: result.cpuUs / 1e6 / durationS, publisherLagP99Ms: null, scheduledShare: null }
  const reasons = reasonsAgainst({ counts, generator, foreignCores, stealShare: 0 })
  if (result.non2xx > 0) reasons.push(`void: ${result.non2xx} answers were not 2xx`)
  if (result.errors > 0) reasons.push(`void: ${result.errors} requests had no answer`)
  const latency = latencyOf(latenciesMs, 'request')
  return {
    id: `http/${subject}`,
    scenario: 'http',
    subject,
    client: 'autocannon',
    loop: 'closed',
    durationS,
    clients: CONNECTIONS,
    ratePerS: 0,
    payloadBytes: isEmpty ? 0 : payloadBytes,
    counts,
    latencyMs: latency,
    cpu: {
      serverMs: serverCpuUs / 1000,
      perDeliveryUs: null,
      perRequestUs: answers > 0 ? { value: serverCpuUs / answers } : null,
      utilisation: serverCpuUs / 1e6 / durationS,
    },
    throughput: { requestsPerS, latencyMsP50: latency.p50, latencyMsP99: latency.p99 },
    raw: result.raw,
    generator,
    validity: { valid: reasons.length === 0, attempts: 1, reasons },
  }
}
