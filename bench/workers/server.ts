import { readdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { buildApp, type Playground } from '../../src/server/app.ts'
import type { Config } from '../../src/server/config/settings.ts'
import type { Batch } from '../../src/protocol.ts'
import { TRANSPORT_TRAITS } from '../../src/transports.ts'
import { serve } from './rpc.ts'

/** Faults that tests inject, to show that the suite detects them. */
export type Fault = 'drop-1-percent' | 'double-one' | 'padded-head'

export interface ServerSample {
  /** user + system */
  cpuUs: number
  /** Without the free part of V8's heap. */
  residentBytes: number
  /** Readers that now wait for the next event. */
  waiting: number
  /** G: ms from one read of the log for a long poll to the next read for the same client; mean and number. */
  gap: { meanMs: number; n: number }
  head: string
  /** Open files of this process; null where /proc does not tell. */
  files: number | null
}

let playground: Playground | null = null
let gaps = { sumMs: 0, n: 0 }

const handlers = {
  async start({ config, fault }: { config: Partial<Config>; fault?: Fault }): Promise<{ port: number }> {
    playground = await buildApp({ logLevel: 'error', retain: 1_000_000, jsonp: true, ...config })
    const { app } = playground
    measureGaps(app)
    if (fault) injectFault(app, fault)
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
      files: countOpenFiles(),
    }
  },
  /** user + system, in µs. Does not reset the gaps of `sample`. */
  cpu(): number {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** Readers that now wait for the next event. */
  waiting(): number {
    return playground?.rooms.get('bench').log.waiting ?? 0
  },
  /** Blocks the event loop for `ms`, as a garbage collection or a long computation would. */
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

function countOpenFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return null
  }
}

/** V8 grows and shrinks its heap in steps of MB: its free part does not depend on the number of clients. */
function residentBytes(): number {
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  return rss - heapTotal + heapUsed
}

/** Collects twice: V8 returns pages in the background, and objects that a finalizer releases are freed by the next collection. */
async function freeMemory(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A gap lasts from the end of one answer to the moment at which the next request on that connection reads the log. */
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
    // Polls bypass Fastify's reply hooks.
    const { raw } = reply
    const end = raw.end.bind(raw) as (...body: unknown[]) => typeof raw
    raw.end = (...body: unknown[]) => {
      takenAt.set(socket, performance.now())
      return end(...body)
    }
  })
}

function injectFault(app: Playground['app'], fault: Fault): void {
  let doubled = false
  const isPoll = (transport: string | undefined) => transport === 'short-poll' || transport === 'long-poll'
  app.addHook('onRequest', (request, _reply, next) => {
    // Fastify answers a poll whose `connection` is not exactly `keep-alive`; then Fastify's hooks can change the answer.
    if (isPoll(request.routeOptions.config.transport)) request.raw.headers.connection = 'Keep-Alive'
    next()
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (!isPoll(request.routeOptions.config.transport)) return payload
    if (fault === 'padded-head') reply.header('x-padding', 'x'.repeat(64))
    if (typeof payload !== 'string' || reply.statusCode !== 200) return payload
    const batch = JSON.parse(payload) as Batch
    if (fault === 'drop-1-percent') batch.events = batch.events.filter(({ seq }) => seq % 100 !== 50)
    if (fault === 'double-one' && !doubled && batch.events.length > 0) {
      doubled = true
      batch.events = [...batch.events.slice(0, 1), ...batch.events]
    }
    return JSON.stringify(batch)
  })
}
