import { openHttpClient, type HttpClient, type HttpVersion, type HttpBytes } from '../load/http-client.ts'
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
  up: HttpBytes
  down: HttpBytes
  latenciesMs: number[]
  durationS: number
  cpuUs: number
}

/** Requests before a connection is warm: HPACK tables are filled, and Node has compiled the hot code. */
const WARM_UP = 50

let clients: HttpClient[] = []
let path = ''

const handlers = {
  /** Opens the connections and warms up each of them. */
  async open({ port, room, version, headers, connections }: HttpClientLoad): Promise<void> {
    clients = await Promise.all(Array.from({ length: connections }, () => openHttpClient[version](port, headers)))
    const [first] = clients
    if (!first) return
    const { cursor } = JSON.parse(await first.get(`/rooms/${room}/short-poll`)) as { cursor: string }
    path = `/rooms/${room}/short-poll?after=${cursor}`
    await Promise.all(
      clients.map(async (client) => {
        for (let i = 0; i < WARM_UP; i++) await client.get(path)
        client.readDelta()
      }),
    )
  },
  /** Closed loop: each connection sends the next request when the last one is answered. */
  async run({ durationMs }: HttpClientLoad): Promise<HttpClientResult> {
    const cpu = process.cpuUsage()
    const startedAt = performance.now()
    const latenciesMs: number[] = []
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() - startedAt < durationMs) {
          const sentAt = performance.now()
          await client.get(path)
          latenciesMs.push(performance.now() - sentAt)
        }
      }),
    )
    const durationS = (performance.now() - startedAt) / 1000
    const { user, system } = process.cpuUsage(cpu)
    const [up, down] = [
      { headers: 0, framing: 0 },
      { headers: 0, framing: 0 },
    ]
    for (const client of clients) {
      const delta = client.readDelta()
      for (const part of ['headers', 'framing'] as const) {
        up[part] += delta.up[part]
        down[part] += delta.down[part]
      }
    }
    return { answers: latenciesMs.length, up, down, latenciesMs, durationS, cpuUs: user + system }
  },
  close(): void {
    for (const client of clients) client.close()
    clients = []
  },
}
export type HttpClientHandlers = typeof handlers
serve(handlers)
