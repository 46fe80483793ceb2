import type { Config } from '../../src/server/config/settings.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { kindOf } from '../analysis/kind.ts'
import { readCpuTimes, readNetCounters } from './machine.ts'
import type { Mark, SubscriberCounts } from '../load/delivery-record.ts'
import type { LinkHandlers } from '../workers/link.ts'
import type { Published, PublisherHandlers, Schedule } from '../workers/publisher.ts'
import { Worker } from '../workers/rpc.ts'
import type { Planted, ServerHandlers, ServerSample } from '../workers/server.ts'
import type { Group, SubscriberHandlers } from '../workers/subscribers.ts'

export const ROOM = 'bench'

/** A piece of a window, from one mark to the next: what happened in it belongs together. */
export interface Block {
  durationS: number
  serverCpuUs: number
  /** Of all subscribers of a group. */
  groups: Record<string, Mark>
  /** With TCP/IP, of all processes; null outside a namespace. */
  wireBytes: number | null
}

/** When to begin counting within a window, and into how many blocks of equal length the rest is divided. */
export interface Marks {
  /** ms of publishing before the first block: as many polls then bring messages as later. */
  leadMs: number
  blocks: number
}

export interface Waiting {
  settleMs: number
  graceMs: number
  marks?: Marks
}

/** What happened between two looks at everything. */
export interface MeasuredWindow {
  published: Published
  groups: Record<string, SubscriberCounts[]>
  /** Without the lead before them and the wait behind them. Empty where no marks were asked for. */
  blocks: Block[]
  durationS: number
  serverCpuUs: number
  /** Of the busiest process of subscribers. */
  subscriberCpuUs: number
  gap: ServerSample['gap']
  /** Bytes that the load processes' sockets read and wrote. */
  socketBytes: number
  /** With TCP/IP, of all processes; null outside a namespace. */
  wire: { bytes: number; segments: number } | null
  /** Cores that somebody else kept busy, and that were taken away. */
  foreignCores: number
  stealShare: number
}

interface Look {
  cpuUs: number
  wireBytes: number | null
  at: number
}

/** The publisher's lead before its first message may be due. */
const START_MS = 20

const isLean = ({ client }: Pick<Group, 'client'>): boolean => client === 'lean'

/**
 * A server under test in a process of its own, with its subscribers, its publisher and its links in theirs. The server is
 * a fresh process each time; the others stay, since it is not them that are measured.
 */
export class Rig {
  readonly subscribers = new Worker<SubscriberHandlers>('workers/subscribers')
  /** The project's own clients: whoever shared a process with them would wait while they think. */
  #thinkers: Worker<SubscriberHandlers> | null = null
  readonly publisher = new Worker<PublisherHandlers>('workers/publisher')
  readonly links = new Worker<LinkHandlers>('workers/link')
  #server: Worker<ServerHandlers> | null = null
  #messages = 0
  /** Takes the same server again where the settings are the same: quicker, and less clean. */
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

  get #readers(): Worker<SubscriberHandlers>[] {
    return this.#thinkers ? [this.subscribers, this.#thinkers] : [this.subscribers]
  }

  /** A fresh server, with nobody connected but the publisher. */
  async start(config: Partial<Config> = {}, planted?: Planted): Promise<void> {
    const wanted = JSON.stringify({ config, planted })
    if (this.keepsServer && this.#server && this.#running === wanted) {
      await Promise.all([...this.#readers.map((reader) => reader.ask('close')), this.links.ask('close')])
      return
    }
    await this.stop()
    this.#running = wanted
    this.#server = new Worker<ServerHandlers>('workers/server', ['--expose-gc'])
    this.port = (await this.server.ask('start', { config, ...(planted ? { planted } : {}) })).port
    await this.publisher.ask('connect', { port: this.port, room: ROOM })
  }

  /** The same in a fresh server process, even if servers are kept. */
  async startFresh(config: Partial<Config> = {}): Promise<void> {
    this.#running = ''
    await this.start(config)
  }

  /**
   * Groups that name no port connect to the server itself. Settles once they follow the room and those that wait for news do
   * so at the server; where they do not stay there, after parkMs.
   */
  async open(
    groups: readonly (Omit<Group, 'port'> & { port?: number })[],
    seed: number,
    { parkMs = 500 }: { parkMs?: number } = {},
  ): Promise<void> {
    const { head } = await this.server.ask('sample', {})
    const complete = groups.map((group) => ({ port: this.port, ...group }))
    const [lean, project] = [complete.filter(isLean), complete.filter((group) => !isLean(group))]
    if (project.length > 0) this.#thinkers ??= new Worker<SubscriberHandlers>('workers/subscribers')
    const about = { room: ROOM, cursor: head, seed }
    const before = await this.server.ask('waiting')
    await Promise.all([
      this.subscribers.ask('open', { ...about, groups: lean }),
      this.#thinkers?.ask('open', { ...about, groups: project }),
    ])
    const waiting = complete.filter(({ transport }) => kindOf(transport) !== 'interval')
    const patience = performance.now() + parkMs
    const expected = before + waiting.reduce((sum, { count }) => sum + count, 0)
    while ((await this.server.ask('waiting')) < expected && performance.now() < patience) await sleep(5)
  }

  /** Messages that were there before: they are in the log when this settles. */
  async fill(count: number, payloadBytes: number): Promise<void> {
    await this.publisher.ask('fill', { count, payloadBytes, firstIndex: this.#messages })
    this.#messages += count
  }

  /**
   * Publishes by schedule, for the lead of the marks longer than it says, waits `settleMs`, and then until everybody has everything, at most `graceMs` longer. The settling
   * is the same for all transports, so that a window lasts as long for one as for another. `meanwhile` runs beside it.
   */
  async run(
    schedule: Omit<Schedule, 'firstIndex'>,
    { settleMs, graceMs, marks }: Waiting,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<MeasuredWindow> {
    const { publisher } = this
    const readers = this.#readers
    await Promise.all(readers.map((reader) => reader.ask('begin')))
    const before = await this.#look()
    const durationMs = schedule.durationMs + (marks?.leadMs ?? 0)
    const [published, looks] = await Promise.all([
      publisher.ask('run', { ...schedule, durationMs, firstIndex: this.#messages }),
      marks ? this.#mark(marks, schedule.durationMs) : [],
      meanwhile(),
    ])
    this.#messages += published.count
    await sleep(settleMs)
    const patience = performance.now() + graceMs
    const fewest = async () => Math.min(...(await Promise.all(readers.map((reader) => reader.ask('fewest')))))
    while ((await fewest()) < published.count && performance.now() < patience) await sleep(10)
    const collected = await Promise.all(readers.map((reader) => reader.ask('collect')))
    const after = await this.#look()

    const durationS = (after.at - before.at) / 1000
    const serverCpuUs = after.server.cpuUs - before.server.cpuUs
    const readerCpuUs = collected.map(({ cpuUs }) => cpuUs)
    const oursMs =
      (serverCpuUs + readerCpuUs.reduce((a, b) => a + b, 0) + published.cpuUs + after.restCpuUs - before.restCpuUs) /
      1000
    return {
      published,
      groups: Object.assign({}, ...collected.map(({ groups }) => groups)) as MeasuredWindow['groups'],
      blocks: blocksOf(looks, Object.assign({}, ...collected.map((one) => one.marks)) as Record<string, Mark[]>),
      durationS,
      serverCpuUs,
      subscriberCpuUs: Math.max(...readerCpuUs),
      gap: after.server.gap,
      socketBytes: after.socketBytes - before.socketBytes,
      wire:
        before.net && after.net
          ? { bytes: after.net.wireBytes - before.net.wireBytes, segments: after.net.segments - before.net.segments }
          : null,
      foreignCores: Math.max(0, (after.cpu.busyMs - before.cpu.busyMs - oursMs) / 1000 / durationS),
      stealShare: (after.cpu.stealMs - before.cpu.stealMs) / 1000 / durationS,
    }
  }

  /** Marks the subscribers' tallies at the beginning and the end of each block, and looks at the server beside it. */
  async #mark({ leadMs, blocks }: Marks, durationMs: number): Promise<Look[]> {
    const beganAt = performance.now() + START_MS + leadMs
    const looks: Look[] = []
    for (let block = 0; block <= blocks; block++) {
      await sleep(beganAt + (block * durationMs) / blocks - performance.now())
      const [cpuUs] = await Promise.all([this.server.ask('cpu'), ...this.#readers.map((reader) => reader.ask('mark'))])
      looks.push({ cpuUs, wireBytes: readNetCounters()?.wireBytes ?? null, at: performance.now() })
    }
    return looks
  }

  async #look() {
    const ofReaders = await Promise.all(this.#readers.map((reader) => reader.ask('socketBytes')))
    const socketBytes = ofReaders.reduce((a, b) => a + b, await this.publisher.ask('socketBytes'))
    const server = await this.server.ask('sample', {})
    // The links' process and this one are not measured, but they are not somebody else either.
    const { user, system } = process.cpuUsage()
    const restCpuUs = (await this.links.ask('cpu')) + user + system
    return { server, socketBytes, restCpuUs, net: readNetCounters(), cpu: readCpuTimes(), at: performance.now() }
  }

  /** Ends the server and whoever is connected to it. */
  async stop(): Promise<void> {
    const readers = this.#readers.map((reader) => reader.ask('close'))
    await Promise.all([...readers, this.publisher.ask('close'), this.links.ask('close')])
    await this.#server?.end()
    this.#server = null
  }

  async end(): Promise<void> {
    await this.stop()
    await Promise.all([...this.#readers.map((reader) => reader.end()), this.publisher.end(), this.links.end()])
  }
}

function blocksOf(looks: readonly Look[], marks: Record<string, Mark[]>): Block[] {
  return looks.slice(1).map((end, i) => {
    const begin = looks[i] ?? end
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
