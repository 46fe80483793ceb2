import type { Config } from '../../src/server/config/settings.ts'
import { HEAP_FLAG } from '../../src/server/operations/heap.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { kindOf } from '../analysis/kind.ts'
import { readCpuTimes, readNetCounters } from './machine.ts'
import type { Mark, SubscriberCounts } from '../load/delivery-record.ts'
import type { LinkHandlers } from '../workers/link.ts'
import type { Published, PublisherHandlers, Schedule } from '../workers/publisher.ts'
import { Worker } from '../workers/rpc.ts'
import type { Fault, ServerHandlers, ServerSample } from '../workers/server.ts'
import type { Group, SubscriberHandlers } from '../workers/subscribers.ts'

export const ROOM = 'bench'

/** A part of a window, from one mark to the next. */
export interface Block {
  durationS: number
  serverCpuUs: number
  /** By group: sums over its subscribers. */
  groups: Record<string, Mark>
  /** With TCP/IP, of all processes; null outside a namespace. */
  wireBytes: number | null
}

/** Where counting starts within a window, and the number of equal blocks of the rest. */
export interface Marks {
  /** ms of publishing before the first block, so that as many polls of the first block bring messages as of later blocks. */
  leadMs: number
  blocks: number
}

export interface WindowOptions {
  /** ms of waiting after the last message. */
  settleMs: number
  /** Longest further wait for missing deliveries, in ms. */
  graceMs: number
  marks?: Marks
}

/** Differences between a snapshot at the start and a snapshot at the end of a window. */
export interface MeasuredWindow {
  published: Published
  groups: Record<string, SubscriberCounts[]>
  /** Without the lead and the wait. Empty without marks. */
  blocks: Block[]
  durationS: number
  serverCpuUs: number
  /** Of the busiest process of subscribers. */
  subscriberCpuUs: number
  gap: ServerSample['gap']
  /** Bytes that the sockets of the load processes read and wrote. */
  socketBytes: number
  /** With TCP/IP, of all processes; null outside a namespace. */
  wire: { bytes: number; segments: number } | null
  /** Cores that other processes kept busy. */
  foreignCores: number
  /** Share of the time that the hypervisor took. */
  stealShare: number
}

interface Snapshot {
  cpuUs: number
  wireBytes: number | null
  at: number
}

/** ms from the call to the start of the publisher's schedule. */
const START_MS = 20

/**
 * Some 20 s after much work, V8's memory reducer discards compiled code. For some seconds a request then costs two to four times as
 * much, whichever load is measured at that time: so it is off.
 */
const SERVER_FLAGS = [HEAP_FLAG, '--expose-gc', '--no-memory-reducer']

const isRaw = ({ client }: Pick<Group, 'client'>): boolean => client === 'raw'

/**
 * The server under test, its subscribers, its publisher and its links, each in a separate process. Every cell gets a new server
 * process. The other processes are not measured and stay.
 */
export class Rig {
  readonly subscribers = new Worker<SubscriberHandlers>('workers/subscribers')
  /** The project's own clients, in a separate process: their computations would delay the raw clients. */
  #projectSubscribers: Worker<SubscriberHandlers> | null = null
  readonly publisher = new Worker<PublisherHandlers>('workers/publisher')
  readonly links = new Worker<LinkHandlers>('workers/link')
  #server: Worker<ServerHandlers> | null = null
  #messages = 0
  /** Reuses the server while the settings are the same: faster, but less exact. */
  keepsServer: boolean
  #running = ''
  port = 0

  constructor({ keepsServer = false }: { keepsServer?: boolean } = {}) {
    this.keepsServer = keepsServer
  }

  get server(): Worker<ServerHandlers> {
    if (!this.#server) throw new Error('no server was started')
    return this.#server
  }

  get #subscriberWorkers(): Worker<SubscriberHandlers>[] {
    return this.#projectSubscribers ? [this.subscribers, this.#projectSubscribers] : [this.subscribers]
  }

  /** Starts a new server, to which only the publisher is connected. */
  async start(config: Partial<Config> = {}, fault?: Fault): Promise<void> {
    const requested = JSON.stringify({ config, fault })
    if (this.keepsServer && this.#server && this.#running === requested) {
      await Promise.all([...this.#subscriberWorkers.map((worker) => worker.call('close')), this.links.call('close')])
      return
    }
    await this.stop()
    this.#running = requested
    this.#server = new Worker<ServerHandlers>('workers/server', SERVER_FLAGS)
    this.port = (await this.server.call('start', { config, ...(fault ? { fault } : {}) })).port
    await this.publisher.call('connect', { port: this.port, room: ROOM })
  }

  /** Like `start`, but always with a new server process. */
  async startFresh(config: Partial<Config> = {}): Promise<void> {
    this.#running = ''
    await this.start(config)
  }

  /**
   * Opens subscribers; a group without a port connects to the server directly. Resolves when all follow the room and all held
   * requests and streams wait at the server, or after waitingTimeoutMs.
   */
  async open(
    groups: readonly (Omit<Group, 'port'> & { port?: number })[],
    seed: number,
    { waitingTimeoutMs = 500 }: { waitingTimeoutMs?: number } = {},
  ): Promise<void> {
    const { head } = await this.server.call('sample', {})
    const complete = groups.map((group) => ({ port: this.port, ...group }))
    const [raw, project] = [complete.filter(isRaw), complete.filter((group) => !isRaw(group))]
    if (project.length > 0) this.#projectSubscribers ??= new Worker<SubscriberHandlers>('workers/subscribers')
    const common = { room: ROOM, cursor: head, seed }
    const before = await this.server.call('waiting')
    await Promise.all([
      this.subscribers.call('open', { ...common, groups: raw }),
      this.#projectSubscribers?.call('open', { ...common, groups: project }),
    ])
    const waiting = complete.filter(({ transport }) => kindOf(transport) !== 'interval')
    const deadline = performance.now() + waitingTimeoutMs
    const expected = before + waiting.reduce((sum, { count }) => sum + count, 0)
    while ((await this.server.call('waiting')) < expected && performance.now() < deadline) await sleep(5)
  }

  /** Fills the log with messages; resolves when they are stored. */
  async fill(count: number, payloadBytes: number): Promise<void> {
    await this.publisher.call('fill', { count, payloadBytes, firstIndex: this.#messages })
    this.#messages += count
  }

  /**
   * Publishes by the schedule, extended by the lead of the marks. Then waits `settleMs`, and at most `graceMs` more until all
   * deliveries are complete. `settleMs` is the same for all transports, so that windows have the same length. `during` runs at
   * the same time.
   */
  async run(
    schedule: Omit<Schedule, 'firstIndex'>,
    { settleMs, graceMs, marks }: WindowOptions,
    during: () => Promise<void> = () => Promise.resolve(),
  ): Promise<MeasuredWindow> {
    const { publisher } = this
    const workers = this.#subscriberWorkers
    await Promise.all(workers.map((worker) => worker.call('begin')))
    const before = await this.#snapshot()
    const durationMs = schedule.durationMs + (marks?.leadMs ?? 0)
    const [published, snapshots] = await Promise.all([
      publisher.call('run', { ...schedule, durationMs, firstIndex: this.#messages }),
      marks ? this.#mark(marks, schedule.durationMs) : [],
      during(),
    ])
    this.#messages += published.count
    await sleep(settleMs)
    const deadline = performance.now() + graceMs
    const fewestDelivered = async () =>
      Math.min(...(await Promise.all(workers.map((worker) => worker.call('fewestDelivered')))))
    while ((await fewestDelivered()) < published.count && performance.now() < deadline) await sleep(10)
    const collected = await Promise.all(workers.map((worker) => worker.call('collect')))
    const after = await this.#snapshot()

    const durationS = (after.at - before.at) / 1000
    const serverCpuUs = after.server.cpuUs - before.server.cpuUs
    const subscriberCpuUs = collected.map(({ cpuUs }) => cpuUs)
    const ownMs =
      (serverCpuUs +
        subscriberCpuUs.reduce((a, b) => a + b, 0) +
        published.cpuUs +
        after.restCpuUs -
        before.restCpuUs) /
      1000
    return {
      published,
      groups: Object.assign({}, ...collected.map(({ groups }) => groups)) as MeasuredWindow['groups'],
      blocks: blocksOf(snapshots, Object.assign({}, ...collected.map((one) => one.marks)) as Record<string, Mark[]>),
      durationS,
      serverCpuUs,
      subscriberCpuUs: Math.max(...subscriberCpuUs),
      gap: after.server.gap,
      socketBytes: after.socketBytes - before.socketBytes,
      wire:
        before.net && after.net
          ? { bytes: after.net.wireBytes - before.net.wireBytes, segments: after.net.segments - before.net.segments }
          : null,
      foreignCores: Math.max(0, (after.cpu.busyMs - before.cpu.busyMs - ownMs) / 1000 / durationS),
      stealShare: (after.cpu.stealMs - before.cpu.stealMs) / 1000 / durationS,
    }
  }

  /** Marks the subscribers' records and takes a snapshot of the server at the start and the end of each block. */
  async #mark({ leadMs, blocks }: Marks, durationMs: number): Promise<Snapshot[]> {
    const startAt = performance.now() + START_MS + leadMs
    const snapshots: Snapshot[] = []
    for (let block = 0; block <= blocks; block++) {
      await sleep(startAt + (block * durationMs) / blocks - performance.now())
      const [cpuUs] = await Promise.all([
        this.server.call('cpu'),
        ...this.#subscriberWorkers.map((worker) => worker.call('mark')),
      ])
      snapshots.push({ cpuUs, wireBytes: readNetCounters()?.wireBytes ?? null, at: performance.now() })
    }
    return snapshots
  }

  async #snapshot() {
    const perWorker = await Promise.all(this.#subscriberWorkers.map((worker) => worker.call('socketBytes')))
    const socketBytes = perWorker.reduce((a, b) => a + b, await this.publisher.call('socketBytes'))
    const server = await this.server.call('sample', {})
    // The CPU time of the link process and of this process is not foreign.
    const { user, system } = process.cpuUsage()
    const restCpuUs = (await this.links.call('cpu')) + user + system
    return { server, socketBytes, restCpuUs, net: readNetCounters(), cpu: readCpuTimes(), at: performance.now() }
  }

  /** Ends the server and closes its clients. */
  async stop(): Promise<void> {
    const workers = this.#subscriberWorkers.map((worker) => worker.call('close'))
    await Promise.all([...workers, this.publisher.call('close'), this.links.call('close')])
    await this.#server?.end()
    this.#server = null
  }

  async end(): Promise<void> {
    await this.stop()
    await Promise.all([
      ...this.#subscriberWorkers.map((worker) => worker.end()),
      this.publisher.end(),
      this.links.end(),
    ])
  }
}

function blocksOf(snapshots: readonly Snapshot[], marks: Record<string, Mark[]>): Block[] {
  return snapshots.slice(1).map((end, i) => {
    const begin = snapshots[i] ?? end
    const groups = Object.entries(marks).flatMap(([group, all]): [string, Mark][] => {
      const [first, last] = [all[i], all[i + 1]]
      if (!first || !last) return []
      const mark = {
        delivered: last.delivered - first.delivered,
        requests: last.requests - first.requests,
        bytes: last.bytes - first.bytes,
      }
      return [[group, mark]]
    })
    return {
      durationS: (end.at - begin.at) / 1000,
      serverCpuUs: end.cpuUs - begin.cpuUs,
      groups: Object.fromEntries(groups),
      wireBytes: begin.wireBytes === null || end.wireBytes === null ? null : end.wireBytes - begin.wireBytes,
    }
  })
}
