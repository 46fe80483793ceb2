import { readCpuTimes } from '../../rig/machine.ts'
import { cpuNs, isRunnable, processTree } from '../process-tree.ts'
import type { ReaderSet } from './reader-set.ts'
import { activity } from './connection.ts'
import type { Faults, DeliveryCheck } from './delivery-check.ts'
import type { Publishers } from './publishers.ts'

/** Closed loop: a message is published when an earlier one has reached all readers. Open loop: by a fixed schedule. */
export type Load = { loop: 'closed'; inFlight: number } | { loop: 'open'; ratePerS: number }

export interface SliceRequest {
  load: Load
  /** The start of the slice, which is not measured. */
  warmUpMs: number
  durationMs: number
}

export interface SliceResult extends Faults {
  published: number
  delivered: number
  /** Of the measured part only. */
  measured: { deliveries: number; seconds: number; serverCpuUs: number }
  latenciesMs: number[]
  /** Share of the time in which the generator had work. */
  generatorBusy: number
  refused: number
  failures: number
  firstFailure: string
  foreignCores: number
  stealShare: number
}

/** After so long without a delivery, missing messages count as lost, unless the server still has work. */
const STALL_MS = 400
/** A longer iteration of the event loop means that this process had no core; it counts as silence up to here only. */
const LONGEST_TICK_MS = 20
/** Longest wait for a server that has work. */
const PATIENCE_MS = 5000

interface Snapshot {
  at: number
  idleMs: number
  deliveries: number
  serverNs: number
  ownUs: number
  cpu: ReturnType<typeof readCpuTimes>
}

/**
 * Loads the server for a short time. The generator does not sleep during a slice: waking it would cost the server CPU time
 * at each write.
 */
export class Slice {
  readonly #request: SliceRequest
  readonly #serverPids: readonly number[]
  readonly #check: DeliveryCheck
  readonly #readerSet: ReaderSet
  readonly #publishers: Publishers
  readonly #latencies: boolean
  #before: Snapshot | null = null
  #after: Snapshot | null = null
  #startedAt = 0
  #tickedAt = 0
  #idleMs = 0
  /** Messages that count as lost. */
  #givenUp = 0
  #scheduled = 0
  #progress = { deliveries: 0, at: 0, quietMs: 0 }
  #acknowledgedBefore = 0
  /** Stored messages at the last poll. */
  #polledFor = 0

  constructor(
    request: SliceRequest,
    about: { serverPid: number; check: DeliveryCheck; readerSet: ReaderSet; publishers: Publishers },
  ) {
    this.#request = request
    this.#serverPids = processTree(about.serverPid)
    this.#check = about.check
    this.#readerSet = about.readerSet
    this.#publishers = about.publishers
    this.#latencies = request.load.loop === 'open'
  }

  async run(): Promise<SliceResult> {
    const [check, publishers, readerSet] = [this.#check, this.#publishers, this.#readerSet]
    check.begin({ withLatencies: this.#latencies })
    this.#acknowledgedBefore = publishers.acknowledged
    const { refused } = publishers
    const { failures } = readerSet
    this.#startedAt = this.#tickedAt = this.#progress.at = performance.now()
    await new Promise<void>((resolve) => {
      const tick = () => (this.#tick() ? setImmediate(tick) : resolve())
      setImmediate(tick)
    })
    const [before, after] = [this.#before, this.#after]
    if (!before || !after) throw new Error('the slice was not measured')
    const seconds = (after.at - before.at) / 1000
    const serverCpuUs = (after.serverNs - before.serverNs) / 1000
    const othersMs = after.cpu.busyMs - before.cpu.busyMs - (serverCpuUs + after.ownUs - before.ownUs) / 1000
    return {
      published: check.published,
      delivered: check.delivered,
      lost: check.lost,
      twice: check.twice,
      outOfOrder: check.outOfOrder,
      measured: { deliveries: after.deliveries - before.deliveries, seconds, serverCpuUs },
      latenciesMs: check.latenciesMs ?? [],
      generatorBusy: 1 - (after.idleMs - before.idleMs) / (after.at - before.at),
      refused: publishers.refused - refused,
      failures: readerSet.failures - failures,
      firstFailure: readerSet.firstFailure,
      foreignCores: Math.max(0, othersMs / 1000 / seconds),
      stealShare: (after.cpu.stealMs - before.cpu.stealMs) / 1000 / seconds,
    }
  }

  /** One iteration of the event loop. @returns whether the slice goes on */
  #tick(): boolean {
    const now = performance.now()
    const tickMs = now - this.#tickedAt
    this.#tickedAt = now
    if (!activity.hasWorked) this.#idleMs += tickMs
    activity.hasWorked = false
    if (this.#check.delivered !== this.#progress.deliveries) {
      this.#progress = { deliveries: this.#check.delivered, at: now, quietMs: 0 }
    } else this.#progress.quietMs += Math.min(tickMs, LONGEST_TICK_MS)
    const isStalled = this.#isStalled(now)
    this.#measure(now, isStalled)
    if (this.#after && (this.#outstanding <= 0 || isStalled)) return false
    if (isStalled) {
      this.#givenUp = this.#check.published - this.#check.complete
      this.#progress = { ...this.#progress, at: now, quietMs: 0 }
    }
    if (!this.#after) this.#publish(now)
    this.#pollOnce()
    return true
  }

  /** The measured part starts at the actual end of the warm-up and contains a delivery and CPU time, even on a busy machine. */
  #measure(now: number, isStalled: boolean): void {
    const { warmUpMs, durationMs } = this.#request
    if (!this.#before) {
      if (now >= this.#startedAt + warmUpMs) this.#before = this.#look(now)
    } else if (!this.#after && now >= this.#before.at + durationMs) {
      const { deliveries, serverNs } = this.#before
      const hasFigure = this.#check.delivered > deliveries && cpuNs(this.#serverPids) > serverNs
      if (hasFigure || isStalled) this.#after = this.#look(now)
    }
  }

  #isStalled(now: number): boolean {
    const { at, quietMs } = this.#progress
    if (this.#outstanding <= 0 || quietMs < STALL_MS) return false
    if (now - at > PATIENCE_MS || !isRunnable(this.#serverPids)) return true
    this.#progress.quietMs = 0
    return false
  }

  get #outstanding(): number {
    return this.#check.published - this.#check.complete - this.#givenUp
  }

  #publish(now: number): void {
    const { load } = this.#request
    if (load.loop === 'open') {
      for (; this.#publishers.isFree; this.#scheduled++) {
        const dueAt = this.#startedAt + (this.#scheduled * 1000) / load.ratePerS
        if (dueAt > now) return
        this.#post(dueAt)
      }
    } else if (this.#readerSet.asksByItself || this.#outstanding === 0) {
      while (this.#outstanding < load.inFlight && this.#publishers.isFree) this.#post(now)
    }
  }

  #post(intendedMs: number): void {
    activity.hasWorked = true
    this.#publishers.post(this.#check.publish(intendedMs))
  }

  /**
   * Readers that do not poll by themselves poll when all published messages are stored. In an open loop they poll for each: where this
   * process has no core for longer than the distance of two messages, the next one is always on its way.
   */
  #pollOnce(): void {
    if (this.#readerSet.asksByItself) return
    const stored = this.#publishers.acknowledged - this.#acknowledgedBefore
    if (stored === this.#polledFor) return
    if (this.#request.load.loop === 'closed' && stored < this.#check.published) return
    this.#polledFor = stored
    this.#readerSet.poll()
  }

  #look(at: number): Snapshot {
    const { user, system } = process.cpuUsage()
    return {
      at,
      idleMs: this.#idleMs,
      deliveries: this.#check.delivered,
      serverNs: cpuNs(this.#serverPids),
      ownUs: user + system,
      cpu: readCpuTimes(),
    }
  }
}
