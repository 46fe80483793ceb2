/**
 * `npm run bench:workers` compares one worker with two workers over one Redis, at the same load and at a load that saturates
 * them. Where the load generator, Redis and the workers share the cores, deliveries per second show the limit of the machine
 * and not of a worker. The comparison therefore uses CPU time per delivery.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { Command, Option } from 'commander'
import { Redis } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from '../../src/client/members.ts'
import { nodeNet } from '../../src/node/net.ts'
import { numberOption, type NumberParameter } from '../rig/parameters.ts'
import { median } from '../analysis/statistics.ts'
import type { PublisherHandlers } from '../workers/publisher.ts'
import { Worker } from '../workers/rpc.ts'
import type { SubscriberHandlers } from '../workers/subscribers.ts'

const NUMBERS = {
  subscribers: { default: 400, min: 1, max: 100_000, unit: 'subscribers', description: 'number of subscribers' },
  rate: { default: 25, min: 1, max: 100_000, unit: 'messages/s', description: 'publishing rate' },
  seconds: { default: 8, min: 1, max: 100_000, unit: 'seconds', description: 'duration of each measurement' },
  blocks: { default: 3, min: 1, max: 100_000, unit: 'blocks', description: 'measurements for each number of workers' },
} as const satisfies Record<string, NumberParameter>

const command = new Command('npm run bench:workers --')
  .description('Compares one worker with two workers over one Redis, at the same load and at a higher load.')
  .allowExcessArguments(false)
  .addOption(new Option('--store <url>', 'the Redis').default('redis://127.0.0.1:6379'))
for (const [name, parameter] of Object.entries(NUMBERS)) command.addOption(numberOption(name, parameter))
const options = command.parse().opts<Record<keyof typeof NUMBERS, number> & { store: string }>()
const load = { subscribers: options.subscribers, ratePerS: options.rate, seconds: options.seconds }
const { blocks } = options

const TICKS_PER_S = 100

/** User and system time of a process, in s. */
function cpuS(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}

/** Resident memory, in KiB. */
const rssKib = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

interface Measured {
  workers: number
  ratePerS: number
  deliveriesPerS: number
  /** Shares of a core. */
  busiest: number
  rest: number
  generator: number
  /** CPU time of all workers, and of the busiest worker, per delivery of all workers. */
  perDeliveryUs: number
  busiestPerDeliveryUs: number
  /** Bytes above TCP at a subscriber, per delivery. */
  bytesPerDelivery: number
  /** What a socket that waits adds to the workers' memory. */
  kibPerSubscriber: number
}

interface StoreCost {
  /** What a script that appends, and a read of the tail, take of Redis' one core. */
  appendUs: number
  readUs: number
  /** Memory of Redis for an event of 100 bytes of text, and what finds it by its id. */
  bytesPerEvent: number
}

/** Ends the process with advice when Redis is not reachable. */
async function expectRedis(): Promise<void> {
  const redis = new Redis(options.store, { lazyConnect: true, retryStrategy: null })
  let why = ''
  redis.on('error', (error) => (why = error.message))
  try {
    await redis.connect()
  } catch {
    process.stderr.write(`no Redis at ${options.store} (${why}): start one, or set --store redis://host:port\n`)
    process.exit(1)
  } finally {
    redis.disconnect()
  }
}

async function measure(workers: number, ratePerS: number): Promise<Measured> {
  const args = [
    '--port',
    '0',
    '--host',
    '127.0.0.1',
    '--store',
    options.store,
    '--retain',
    '1000',
    '--log-level',
    'error',
  ]
  const prefix = `bench-${process.pid}-${Date.now()}`
  const server = spawn(
    process.execPath,
    ['dist/server/main.js', ...args, '--store-prefix', prefix, '--workers', String(workers)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [firstOutput] = (await once(server.stdout, 'data')) as [Buffer]
  const port = Number(/:(\d+)\s*$/.exec(firstOutput.toString())?.[1])
  const subscribers = new Worker<SubscriberHandlers>('workers/subscribers')
  const publisher = new Worker<PublisherHandlers>('workers/publisher')
  try {
    const room = 'bench'
    await publisher.call('connect', { port, room })
    const { cursor } = await join(nodeNet(`http://127.0.0.1:${port}`), room)
    const group = { name: 'all', transport: 'websocket', client: 'raw', port, headers: 'minimal' } as const
    const groups = [{ ...group, count: load.subscribers, intervalMs: 0, holdMs: 0 }]
    const serving = workers === 1 ? [server.pid ?? 0] : childrenOf(server.pid ?? 0)
    const residentKib = () => sum(serving.map(rssKib))
    const beforeKib = residentKib()
    await subscribers.call('open', { room, cursor, groups, seed: 1 })
    const kibPerSubscriber = (residentKib() - beforeKib) / load.subscribers
    const schedule = { ratePerS, durationMs: 1000, arrivals: 'periodic', seed: 1, payloadBytes: 100 } as const
    const warmUp = await publisher.call('run', { ...schedule, firstIndex: 0 })
    await sleep(500)
    await subscribers.call('begin')
    const before = serving.map(cpuS)
    const startedAt = performance.now()
    const durationMs = load.seconds * 1000
    const published = await publisher.call('run', { ...schedule, durationMs, firstIndex: warmUp.count })
    const { groups: counts, cpuUs } = await subscribers.call('collect')
    const tookS = (performance.now() - startedAt) / 1000
    const used = serving.map((pid, i) => cpuS(pid) - (before[i] ?? 0))
    const deliveries = sum((counts['all'] ?? []).map(({ indices }) => indices.length))
    const bytes = sum((counts['all'] ?? []).map(({ bodyDown }) => bodyDown))
    const all = sum(used)
    storeCost = await costOfStore(`${prefix}:{${room}}:`)
    const busiest = Math.max(...used)
    return {
      workers,
      ratePerS,
      deliveriesPerS: deliveries / tookS,
      busiest: busiest / tookS,
      rest: (all - busiest) / tookS,
      generator: (cpuUs + published.cpuUs) / 1e6 / tookS,
      perDeliveryUs: (all * 1e6) / deliveries,
      busiestPerDeliveryUs: (busiest * 1e6) / deliveries,
      bytesPerDelivery: bytes / deliveries,
      kibPerSubscriber,
    }
  } finally {
    await Promise.all([subscribers.end(), publisher.end()])
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
}

async function costOfStore(prefix: string): Promise<StoreCost> {
  const redis = new Redis(options.store)
  try {
    const info = await redis.info('commandstats')
    const perCall = (name: string) => Number(new RegExp(`cmdstat_${name}:.*?usec_per_call=([\\d.]+)`).exec(info)?.[1])
    const events = await redis.xlen(`${prefix}log`)
    const bytes = await Promise.all(['log', 'ids'].map((key) => redis.memory('USAGE', prefix + key, 'SAMPLES', 0)))
    return { appendUs: perCall('evalsha'), readUs: perCall('xread'), bytesPerEvent: sum(bytes.map(Number)) / events }
  } finally {
    redis.disconnect()
  }
}

const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0)
await expectRedis()
let storeCost: StoreCost | null = null
const all: Measured[] = []
for (const ratePerS of [load.ratePerS, load.ratePerS * 20]) {
  // Alternating, so that other load on this machine affects both alike.
  for (let block = 0; block < blocks; block++) {
    for (const workers of block % 2 ? [2, 1] : [1, 2]) all.push(await measure(workers, ratePerS))
  }
}
console.log(`${os.cpus().length} cores, ${load.subscribers} subscribers, ${blocks} blocks of ${load.seconds} s`)
console.table(
  all.map((one) =>
    Object.fromEntries(Object.entries(one).map(([name, value]) => [name, Math.round((value as number) * 100) / 100])),
  ),
)
console.log('Redis:', storeCost)
for (const ratePerS of new Set(all.map((one) => one.ratePerS))) {
  const of = (workers: number, pick: (one: Measured) => number) =>
    median(all.filter((one) => one.workers === workers && one.ratePerS === ratePerS).map(pick))
  const ratio = (of(2, (one) => one.deliveriesPerS) / of(1, (one) => one.deliveriesPerS)).toFixed(2)
  // A worker that has one core to itself is saturated when its CPU time per delivery, times the rate, reaches one second per second.
  const capacity = (of(1, (one) => one.busiestPerDeliveryUs) / of(2, (one) => one.busiestPerDeliveryUs)).toFixed(2)
  const cost = (of(2, (one) => one.perDeliveryUs) / of(1, (one) => one.perDeliveryUs)).toFixed(2)
  const busy = Math.max(
    ...all.filter((one) => one.ratePerS === ratePerS).map((one) => one.busiest + one.rest + one.generator),
  )
  console.log(
    `at ${ratePerS}/s: workers and load generator used up to ${busy.toFixed(1)} of ${os.cpus().length} cores; two workers made ${ratio} x the deliveries of one worker on this machine; each delivery cost ${cost} x the CPU time; ` +
      `with a core for each worker, two workers would reach ${capacity} x before the busier one is saturated`,
  )
}
