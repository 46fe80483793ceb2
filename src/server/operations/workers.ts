import cluster, { type Worker } from 'node:cluster'
import { answerForMetrics } from './workers-metrics.ts'

/** A worker that lived for less than this, in ms, failed; each one that does waits twice as long for the next. */
const SHORT_LIFE_MS = 10_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** Beyond what each worker takes itself to close, in ms. */
const PATIENCE_MS = 5000

export interface WorkersObserver {
  /** All of them listen. */
  listening: () => void
  /** One ended that nobody asked to. */
  died: (pid: number, why: string, nextMs: number) => void
}

/** So many processes on one port, each a whole server. One that dies is started again, with back-off. */
export class Workers {
  readonly #observer: WorkersObserver
  readonly #startedAt = new WeakMap<Worker, number>()
  #isListening = false
  #isClosing = false
  #failures = 0

  /** @param port not 0: a worker that comes later would get another one, or find that of the first ones taken */
  constructor(count: number, port: number, observer: WorkersObserver) {
    this.#observer = observer
    // Handed out by this process in turn. Where each takes them from the kernel itself, one was seen with 843 of 1,000; the
    // price is that one which is just on its way to a worker that dies is not answered, and its client has to give it up.
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

  /** Ends them all in order; settles when the last is gone, by force if need be. */
  async close(): Promise<void> {
    this.#isClosing = true
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    await Promise.all(
      workers.map((worker) => {
        const timer = setTimeout(() => worker.process.kill('SIGKILL'), PATIENCE_MS)
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
    // It could not even begin, and has said why: so would the next.
    if (!this.#isListening) process.exit(1)
    const livedMs = performance.now() - (this.#startedAt.get(worker) ?? 0)
    this.#failures = livedMs < SHORT_LIFE_MS ? this.#failures + 1 : 0
    const nextMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures)
    this.#observer.died(worker.process.pid ?? 0, why, nextMs)
    setTimeout(() => {
      if (!this.#isClosing) this.#start()
    }, nextMs)
  }
}
