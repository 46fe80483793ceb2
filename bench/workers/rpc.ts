import { fork, type ChildProcess } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { returnPriority } from './priority.ts'

/** What a worker process can be asked to do: names, and functions of one argument. */
export type Handlers = Record<string, (argument: never) => unknown>

type Result<H extends Handlers, K extends keyof H> = Awaited<ReturnType<H[K]>>

interface Question {
  id: number
  name: string
  argument: unknown
}
type Answer = { id: number; result: unknown } | { id: number; error: string }

/**
 * In the worker: answers until the parent lets go of it.
 *
 * @param isPrompt keeps the priority that the parent may have claimed
 */
export function serve(handlers: Handlers, { isPrompt = false }: { isPrompt?: boolean } = {}): void {
  if (!isPrompt) returnPriority()
  process.on('message', (question: Question) => {
    void (async () => {
      const { id, name, argument } = question
      try {
        const handler = handlers[name] as ((argument: unknown) => unknown) | undefined
        if (!handler) throw new Error(`this worker cannot ${name}`)
        process.send?.({ id, result: await handler(argument) } satisfies Answer)
      } catch (error) {
        process.send?.({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        } satisfies Answer)
      }
    })()
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C goes to the whole group; the parent decides what is still worth finishing.
  process.on('SIGINT', () => undefined)
}

/** A process of its own, over a pipe that no network counter sees. */
export class Worker<H extends Handlers> {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #questions = 0
  #exit: Promise<void>

  /** @param script its path in bench/, without its ending. The build puts all scripts into one folder, dist/bench/. */
  constructor(script: string, execArgv: string[] = []) {
    const isSource = import.meta.url.endsWith('.ts')
    const file = fileURLToPath(new URL(isSource ? `../${script}.ts` : `${basename(script)}.js`, import.meta.url))
    this.#child = fork(file, [], {
      serialization: 'advanced',
      execArgv: [...(isSource ? ['--import', 'tsx'] : []), ...execArgv],
    })
    this.#child.on('message', (answer: Answer) => {
      const waiter = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiter?.reject(new Error(`${script}: ${answer.error}`))
      else waiter?.resolve(answer.result)
    })
    this.#exit = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`${script} ended: ${signal ?? code}`))
        this.#waiting.clear()
        resolve()
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  ask<K extends keyof H & string>(name: K, ...[argument]: Parameters<H[K]>): Promise<Result<H, K>> {
    return new Promise((resolve, reject) => {
      const id = ++this.#questions
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child.send({ id, name, argument } satisfies Question, (error) => error && reject(error))
    })
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    await this.#exit
  }
}
