import { openHttpClient, type HttpClient, type HttpVersion, type Parts } from '../load/http-client.ts'
import type { HeaderSet } from '../load/request-headers.ts'
import { serve } from './rpc.ts'

export interface HttpClientLoad {
  port: number
  room: string
  version: HttpVersion
  headers: HeaderSet
  connections: number
  durationMs: number
}

export interface HttpClientResult {
  answers: number
  up: Parts
  down: Parts
  latenciesMs: number[]
  durationS: number
  cpuUs: number
}

/** Questions after which a connection is warm: both sides know the headers, and Node has compiled what it runs. */
const WARM_UP = 50

let askers: HttpClient[] = []
let path = ''

const handlers = {
  /** Opens the connections, and asks on each until it is warm. */
  async open({ port, room, version, headers, connections }: HttpClientLoad): Promise<void> {
    askers = await Promise.all(Array.from({ length: connections }, () => openHttpClient[version](port, headers)))
    const [first] = askers
    if (!first) return
    const { cursor } = JSON.parse(await first.ask(`/rooms/${room}/short-poll`)) as { cursor: string }
    path = `/rooms/${room}/short-poll?after=${cursor}`
    await Promise.all(
      askers.map(async (asker) => {
        for (let i = 0; i < WARM_UP; i++) await asker.ask(path)
        asker.take()
      }),
    )
  },
  /** A closed loop: each connection asks again as soon as it is answered. */
  async run({ durationMs }: HttpClientLoad): Promise<HttpClientResult> {
    const cpu = process.cpuUsage()
    const startedAt = performance.now()
    const latenciesMs: number[] = []
    await Promise.all(
      askers.map(async (asker) => {
        while (performance.now() - startedAt < durationMs) {
          const askedAt = performance.now()
          await asker.ask(path)
          latenciesMs.push(performance.now() - askedAt)
        }
      }),
    )
    const durationS = (performance.now() - startedAt) / 1000
    const { user, system } = process.cpuUsage(cpu)
    const [up, down] = [
      { headers: 0, framing: 0 },
      { headers: 0, framing: 0 },
    ]
    for (const asker of askers) {
      const crossed = asker.take()
      for (const part of ['headers', 'framing'] as const) {
        up[part] += crossed.up[part]
        down[part] += crossed.down[part]
      }
    }
    return { answers: latenciesMs.length, up, down, latenciesMs, durationS, cpuUs: user + system }
  },
  close(): void {
    for (const asker of askers) asker.close()
    askers = []
  },
}
export type HttpClientHandlers = typeof handlers
serve(handlers)
