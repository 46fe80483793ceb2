import cluster, { type Worker } from 'node:cluster'
import { answerForMetrics } from './workers-metrics.ts'

/** A worker that ran for less than this, in ms, has failed. Each failure doubles the pause before the next start. */
const MIN_RUN_MS = 10_000
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 10_000
/** Longer than a worker needs to close, in ms. */
const KILL_AFTER_MS = 5000

export interface WorkersObserver {
  /** All workers listen. */
  listening: () => void
  /** A worker ended without `close`. */
  died: (pid: number, why: string, nextMs: number) => void
}

/** Server processes that share one port. A worker that ends is replaced, with back-off. */
export class Workers {
  readonly #observer: WorkersObserver
  readonly #startedAt = new WeakMap<Worker, number>()
  #isListening = false
  #isClosing = false
  #failures = 0

  /** @param port not 0: a later worker would get another port, or fail to get the first one */
  constructor(count: number, port: number, observer: WorkersObserver) {
    this.#observer = observer
    // This process hands out connections in turn. When workers accept from the kernel, one worker was seen with 843 of 1,000.
    // The price: a connection on its way to a worker that dies is not answered, and its client runs into a timeout.
    cluster.schedulingPolicy = cluster.SCHED_RR
    cluster.setupPrimary({ args: [...process.argv.slice(2), '--port', String(port)] })
    const listening = new Set<number>()
    cluster.on('listening', ({ id }) => {
      listening.add(id)
      if (this.#isListening || listening.size < count) return
      this.#isListening = true
      observer.listening()
    })
    answerForMetrics()
    cluster.on('exit', (worker, code, signal) => this.#ended(worker, signal || `status ${code}`))
    for (let i = 0; i < count; i++) this.#start()
  }

  /** Ends all workers: SIGTERM, then SIGKILL. Settles when the last one has ended. */
  async close(): Promise<void> {
    this.#isClosing = true
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    await Promise.all(
      workers.map((worker) => {
        const timer = setTimeout(() => worker.process.kill('SIGKILL'), KILL_AFTER_MS)
        worker.process.kill('SIGTERM')
        return new Promise<void>((resolve) => {
          worker.once('exit', () => {
            clearTimeout(timer)
            resolve()
          })
        })
      }),
    )
  }

  #start(): void {
    this.#startedAt.set(cluster.fork(), performance.now())
  }

  #ended(worker: Worker, why: string): void {
    if (this.#isClosing) return
    // It could not start, and has printed the reason. The next worker would fail in the same way.
    if (!this.#isListening) process.exit(1)
    const ranMs = performance.now() - (this.#startedAt.get(worker) ?? 0)
    this.#failures = ranMs < MIN_RUN_MS ? this.#failures + 1 : 0
    const nextMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures)
    this.#observer.died(worker.process.pid ?? 0, why, nextMs)
    setTimeout(() => {
      if (!this.#isClosing) this.#start()
    }, nextMs)
  }
}
