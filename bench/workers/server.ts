import type { AddressInfo } from 'node:net'
import { buildApp, type Playground } from '../../src/server/app.ts'
import type { Config } from '../../src/server/config/settings.ts'
import type { Batch } from '../../src/protocol.ts'
import { TRANSPORT_TRAITS } from '../../src/transports.ts'
import { serve } from './rpc.ts'

/** Faults to plant, so that the suite can be seen to catch them. */
export type Planted = 'drop-1-percent' | 'double-one' | 'padded-head'

export interface ServerSample {
  /** user + system */
  cpuUs: number
  /** In use: what V8's heap keeps for later is left out. */
  residentBytes: number
  /** Readers that wait for news now. */
  waiting: number
  /** G, ms from a long poll's look into the log to its client's next one: mean, and how many. */
  gap: { meanMs: number; n: number }
  head: string
}

let playground: Playground | null = null
let gaps = { sumMs: 0, n: 0 }

const handlers = {
  async start({ config, planted }: { config: Partial<Config>; planted?: Planted }): Promise<{ port: number }> {
    playground = await buildApp({ logLevel: 'error', retain: 1_000_000, jsonp: true, ...config })
    const { app } = playground
    measureGaps(app)
    if (planted) plant(app, planted)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port }
  },
  async sample({ collectGarbage = false }: { collectGarbage?: boolean }): Promise<ServerSample> {
    if (collectGarbage) await freeMemory()
    const { user, system } = process.cpuUsage()
    const log = playground?.rooms.get('bench').log
    const { sumMs, n } = gaps
    gaps = { sumMs: 0, n: 0 }
    return {
      cpuUs: user + system,
      residentBytes: residentBytes(),
      waiting: log?.waiting ?? 0,
      gap: { meanMs: n > 0 ? sumMs / n : Number.NaN, n },
      head: log?.head ?? '',
    }
  },
  /** user + system, in µs. Leaves what `sample` has gathered. */
  cpu(): number {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** Readers that wait for news now. */
  waiting(): number {
    return playground?.rooms.get('bench').log.waiting ?? 0
  },
  /** Does nothing else for so long, as a garbage collection or a careless loop would. */
  stall({ ms }: { ms: number }): void {
    const until = performance.now() + ms
    while (performance.now() < until);
  },
  async stop(): Promise<void> {
    await playground?.app.close()
  },
}
export type ServerHandlers = typeof handlers
serve(handlers)

/** V8 claims and returns its heap by the MB, whenever it sees fit: what is free in it says nothing of clients. */
function residentBytes(): number {
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  return rss - heapTotal + heapUsed
}

/** V8 returns pages in the background; what a finalizer lets go is garbage of the next collection. */
async function freeMemory(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** From the moment at which an answer has been taken from the log to the moment at which the next question looks into it. */
function measureGaps(app: Playground['app']): void {
  const takenAt = new WeakMap<object, number>()
  app.addHook('preHandler', async (request, reply) => {
    const { socket } = request.raw
    const at = takenAt.get(socket)
    takenAt.delete(socket)
    if (at !== undefined) {
      gaps.sumMs += performance.now() - at
      gaps.n += 1
    }
    const { transport } = request.routeOptions.config
    if (transport === undefined || TRANSPORT_TRAITS[transport].mode !== 'held') return
    // Polls are answered past Fastify's hooks.
    const { raw } = reply
    const end = raw.end.bind(raw) as (...body: unknown[]) => typeof raw
    raw.end = (...body: unknown[]) => {
      takenAt.set(socket, performance.now())
      return end(...body)
    }
  })
}

function plant(app: Playground['app'], planted: Planted): void {
  let doubled = false
  const isPoll = (transport: string | undefined) => transport === 'short-poll' || transport === 'long-poll'
  app.addHook('onRequest', (request, _reply, next) => {
    // A poll with any other wish than this word in lower case is answered by Fastify, whose hooks can change the answer.
    if (isPoll(request.routeOptions.config.transport)) request.raw.headers.connection = 'Keep-Alive'
    next()
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (!isPoll(request.routeOptions.config.transport)) return payload
    if (planted === 'padded-head') reply.header('x-padding', 'x'.repeat(64))
    if (typeof payload !== 'string' || reply.statusCode !== 200) return payload
    const batch = JSON.parse(payload) as Batch
    if (planted === 'drop-1-percent') batch.events = batch.events.filter(({ seq }) => seq % 100 !== 50)
    if (planted === 'double-one' && !doubled && batch.events.length > 0) {
      doubled = true
      batch.events = [...batch.events.slice(0, 1), ...batch.events]
    }
    return JSON.stringify(batch)
  })
}
