import { fork, type ChildProcess } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { returnPriority } from './priority.ts'

/** The functions that a worker process offers, by name; each has one argument. */
export type Handlers = Record<string, (argument: never) => unknown>

type Result<H extends Handlers, K extends keyof H> = Awaited<ReturnType<H[K]>>

interface Call {
  id: number
  name: string
  argument: unknown
}
type Reply = { id: number; result: unknown } | { id: number; error: string }

/**
 * In the worker: answers calls until the parent disconnects.
 *
 * @param keepsPriority keeps the raised priority of the parent
 */
export function serve(handlers: Handlers, { keepsPriority = false }: { keepsPriority?: boolean } = {}): void {
  if (!keepsPriority) returnPriority()
  process.on('message', (request: Call) => {
    void (async () => {
      const { id, name, argument } = request
      try {
        const handler = handlers[name] as ((argument: unknown) => unknown) | undefined
        if (!handler) throw new Error(`this worker has no handler for ${name}`)
        process.send?.({ id, result: await handler(argument) } satisfies Reply)
      } catch (error) {
        process.send?.({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        } satisfies Reply)
      }
    })()
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole process group; the parent decides which work to finish.
  process.on('SIGINT', () => undefined)
}

/** A child process. Calls go over a pipe, which no network counter includes. */
export class Worker<H extends Handlers> {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #calls = 0
  #exit: Promise<void>

  /** @param script the path in bench/ without the extension. The build puts all scripts into one folder, dist/bench/. */
  constructor(script: string, execArgv: string[] = []) {
    const isSource = import.meta.url.endsWith('.ts')
    const file = fileURLToPath(new URL(isSource ? `../${script}.ts` : `${basename(script)}.js`, import.meta.url))
    this.#child = fork(file, [], {
      serialization: 'advanced',
      execArgv: [...(isSource ? ['--import', 'tsx'] : []), ...execArgv],
    })
    this.#child.on('message', (reply: Reply) => {
      const pending = this.#pending.get(reply.id)
      this.#pending.delete(reply.id)
      if ('error' in reply) pending?.reject(new Error(`${script}: ${reply.error}`))
      else pending?.resolve(reply.result)
    })
    this.#exit = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        for (const { reject } of this.#pending.values()) reject(new Error(`${script} ended: ${signal ?? code}`))
        this.#pending.clear()
        resolve()
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  call<K extends keyof H & string>(name: K, ...[argument]: Parameters<H[K]>): Promise<Result<H, K>> {
    return new Promise((resolve, reject) => {
      const id = ++this.#calls
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child.send({ id, name, argument } satisfies Call, (error) => error && reject(error))
    })
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    await this.#exit
  }
}
