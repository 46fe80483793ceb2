import { readCpuTimes } from '../../machine.ts'
import { cpuNs, isRunnable, processTree } from '../process-tree.ts'
import type { Audience } from './audience.ts'
import { activity } from './connection.ts'
import type { Faults, Ledger } from './ledger.ts'
import type { Publishers } from './publishers.ts'

/** What a slice does. Closed: the next message when one has reached everybody. Open: by a schedule that is fixed before. */
export type Load = { loop: 'closed'; inFlight: number } | { loop: 'open'; ratePerS: number }

export interface SliceRequest {
  load: Load
  /** Not measured, at its beginning. */
  warmUpMs: number
  durationMs: number
}

export interface SliceResult extends Faults {
  published: number
  delivered: number
  /** Within the part that is measured. */
  measured: { deliveries: number; seconds: number; serverCpuUs: number }
  latenciesMs: number[]
  /** Share of the time in which the generator had something to do. */
  generatorBusy: number
  refused: number
  failures: number
  firstFailure: string
  foreignCores: number
  stealShare: number
}

/** Without a delivery for so long, what is missing is taken for lost, if the server has nothing to do. */
const STALL_MS = 400
/** A turn that took longer was one in which this process was kept from running: that is nobody's silence. */
const LONGEST_TURN_MS = 20
/** Longest wait for a server that seems to have something to do. */
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
 * Loads the server for a moment. The generator never sleeps meanwhile: a server that has to wake it for each write would pay
 * for that, and one with a slower generator would not.
 */
export class Slice {
  readonly #request: SliceRequest
  readonly #serverPids: readonly number[]
  readonly #ledger: Ledger
  readonly #audience: Audience
  readonly #publishers: Publishers
  readonly #latencies: boolean
  #before: Snapshot | null = null
  #after: Snapshot | null = null
  #startedAt = 0
  #turnedAt = 0
  #idleMs = 0
  /** Messages that are no longer waited for. */
  #givenUp = 0
  #scheduled = 0
  #progress = { deliveries: 0, at: 0, quietMs: 0 }
  #acknowledgedBefore = 0
  #polledFor = 0

  constructor(
    request: SliceRequest,
    about: { serverPid: number; ledger: Ledger; audience: Audience; publishers: Publishers },
  ) {
    this.#request = request
    this.#serverPids = processTree(about.serverPid)
    this.#ledger = about.ledger
    this.#audience = about.audience
    this.#publishers = about.publishers
    this.#latencies = request.load.loop === 'open'
  }

  async run(): Promise<SliceResult> {
    const [ledger, publishers, audience] = [this.#ledger, this.#publishers, this.#audience]
    ledger.begin({ withLatencies: this.#latencies })
    this.#acknowledgedBefore = publishers.acknowledged
    const { refused } = publishers
    const { failures } = audience
    this.#startedAt = this.#turnedAt = this.#progress.at = performance.now()
    await new Promise<void>((resolve) => {
      const turn = () => (this.#turn() ? setImmediate(turn) : resolve())
      setImmediate(turn)
    })
    const [before, after] = [this.#before, this.#after]
    if (!before || !after) throw new Error('the slice was not measured')
    const seconds = (after.at - before.at) / 1000
    const serverCpuUs = (after.serverNs - before.serverNs) / 1000
    const othersMs = after.cpu.busyMs - before.cpu.busyMs - (serverCpuUs + after.ownUs - before.ownUs) / 1000
    return {
      published: ledger.published,
      delivered: ledger.delivered,
      lost: ledger.lost,
      twice: ledger.twice,
      outOfOrder: ledger.outOfOrder,
      measured: { deliveries: after.deliveries - before.deliveries, seconds, serverCpuUs },
      latenciesMs: ledger.latenciesMs ?? [],
      generatorBusy: 1 - (after.idleMs - before.idleMs) / (after.at - before.at),
      refused: publishers.refused - refused,
      failures: audience.failures - failures,
      firstFailure: audience.firstFailure,
      foreignCores: Math.max(0, othersMs / 1000 / seconds),
      stealShare: (after.cpu.stealMs - before.cpu.stealMs) / 1000 / seconds,
    }
  }

  /** One turn of the event loop. @returns whether another one is wanted */
  #turn(): boolean {
    const now = performance.now()
    const turnMs = now - this.#turnedAt
    this.#turnedAt = now
    if (!activity.hasWorked) this.#idleMs += turnMs
    activity.hasWorked = false
    if (this.#ledger.delivered !== this.#progress.deliveries) {
      this.#progress = { deliveries: this.#ledger.delivered, at: now, quietMs: 0 }
    } else this.#progress.quietMs += Math.min(turnMs, LONGEST_TURN_MS)
    const isStalled = this.#isStalled(now)
    this.#measure(now, isStalled)
    if (this.#after && (this.#outstanding <= 0 || isStalled)) return false
    if (isStalled) {
      this.#givenUp = this.#ledger.published - this.#ledger.complete
      this.#progress = { ...this.#progress, at: now, quietMs: 0 }
    }
    if (!this.#after) this.#publish(now)
    this.#pollOnce()
    return true
  }

  /** From where the warm-up did end, and until something has come: a machine that is busy makes a slice longer. */
  #measure(now: number, isStalled: boolean): void {
    const { warmUpMs, durationMs } = this.#request
    if (!this.#before) {
      if (now >= this.#startedAt + warmUpMs) this.#before = this.#look(now)
    } else if (!this.#after && now >= this.#before.at + durationMs) {
      if (this.#ledger.delivered > this.#before.deliveries || isStalled) this.#after = this.#look(now)
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
    return this.#ledger.published - this.#ledger.complete - this.#givenUp
  }

  #publish(now: number): void {
    const { load } = this.#request
    if (load.loop === 'open') {
      for (; this.#publishers.isFree; this.#scheduled++) {
        const dueAt = this.#startedAt + (this.#scheduled * 1000) / load.ratePerS
        if (dueAt > now) return
        this.#post(dueAt)
      }
    } else if (this.#audience.asksByItself || this.#outstanding === 0) {
      while (this.#outstanding < load.inFlight && this.#publishers.isFree) this.#post(now)
    }
  }

  #post(intendedMs: number): void {
    activity.hasWorked = true
    this.#publishers.post(this.#ledger.publish(intendedMs))
  }

  /** Readers that do not ask by themselves ask when all that was published is stored. */
  #pollOnce(): void {
    const { published } = this.#ledger
    if (this.#polledFor === published || this.#audience.asksByItself) return
    if (this.#publishers.acknowledged - this.#acknowledgedBefore < published) return
    this.#polledFor = published
    this.#audience.poll()
  }

  #look(at: number): Snapshot {
    const { user, system } = process.cpuUsage()
    return {
      at,
      idleMs: this.#idleMs,
      deliveries: this.#ledger.delivered,
      serverNs: cpuNs(this.#serverPids),
      ownUs: user + system,
      cpu: readCpuTimes(),
    }
  }
}
