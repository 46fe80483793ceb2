import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const RESTART_PAUSE_MS = 100

/** A child process that can be frozen, killed and restarted on its port. Faults of one process follow one another. */
export class FaultyProcess {
  readonly #command: string
  readonly #args: readonly string[]
  readonly #isReady: (output: () => string) => Promise<boolean>
  #child: ChildProcess | null = null
  #output = ''
  #faults: Promise<void> = Promise.resolve()
  /** Exits that the run did not cause: code or signal of each. */
  readonly crashes: string[] = []
  #isExpectedToEnd = false

  /** @param isReady resolves with false when the process ended before it was ready */
  constructor(command: string, args: readonly string[], isReady: (output: () => string) => Promise<boolean>) {
    this.#command = command
    this.#args = args
    this.#isReady = isReady
    // A run that ends by an error leaves no process behind.
    process.once('exit', () => this.#child?.kill('SIGKILL'))
  }

  /** All output since the first start. */
  get output(): string {
    return this.#output
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts the process and waits until it is ready, with further attempts while its port is in use. */
  async start(): Promise<void> {
    for (;;) {
      const from = this.#output.length
      const child = spawn(this.#command, this.#args, { stdio: ['ignore', 'pipe', 'pipe'] })
      this.#child = child
      this.#isExpectedToEnd = false
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
      const ended = once(child, 'exit').then(() => false)
      const isReady = await Promise.race([this.#isReady(() => this.#output.slice(from)), ended])
      if (isReady) {
        child.once('exit', (code, signal) => {
          if (!this.#isExpectedToEnd) this.crashes.push(String(signal ?? code))
        })
        return
      }
      child.kill('SIGKILL')
      await sleep(RESTART_PAUSE_MS)
    }
  }

  /** SIGSTOP, and SIGCONT after this time. */
  freeze(durationMs: number): Promise<void> {
    return this.#next(async () => {
      this.#child?.kill('SIGSTOP')
      await sleep(durationMs)
      this.#child?.kill('SIGCONT')
    })
  }

  /** SIGKILL, and a start after this time. Settles when the process is ready. */
  killAndRestart(downMs: number): Promise<void> {
    return this.#next(async () => {
      await this.#end('SIGKILL')
      await sleep(downMs)
      await this.start()
    })
  }

  /** Settles when all faults are over. */
  settled(): Promise<void> {
    return this.#faults
  }

  /** SIGTERM, after all faults. @returns the exit code; null when a signal ended the process */
  stop(): Promise<number | null> {
    return this.#faults.then(() => this.#end('SIGTERM'))
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    if (!child) return null
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    this.#isExpectedToEnd = true
    const ended = once(child, 'exit')
    child.kill(signal)
    const [code] = (await ended) as [number | null]
    return code
  }

  #next(fault: () => Promise<void>): Promise<void> {
    this.#faults = this.#faults.then(fault)
    return this.#faults
  }
}
