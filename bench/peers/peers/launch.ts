import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { PeerServerHandlers } from '../workers/peer-server.ts'
import { Worker } from '../../workers/rpc.ts'
import type { PeerServer } from '../peer.ts'
import type { ServerName } from '../servers/index.ts'

/** Starts a server of `servers/` as a process. */
export const launcher = (name: ServerName) => async (): Promise<PeerServer> => {
  const worker = new Worker<PeerServerHandlers>('peers/workers/peer-server')
  try {
    const { port } = await worker.call('start', { name })
    return { port, pid: worker.pid, stop: () => worker.end() }
  } catch (error) {
    await worker.end()
    throw error
  }
}

/** Longest times in ms for a program to start and to stop. */
export const START_MS = 20_000
const STOP_MS = 3000

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) killGroup(child)
})

/** Ends a program and its children. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // The program has ended already.
  }
}

/**
 * Starts a program that ends with this process. It has its own process group, so Ctrl-C does not reach it: the run stops it
 * after the current slice.
 */
export function startProgram(command: string, args: readonly string[]) {
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  running.add(child)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  void ended.then(() => running.delete(child))
  return {
    pid: child.pid ?? 0,
    output: () => output,
    /** @throws Error with the output when the program ends or takes too long */
    async until(isReady: () => boolean | Promise<boolean>): Promise<void> {
      const limit = performance.now() + START_MS
      while (!(await isReady())) {
        if (!running.has(child) || performance.now() > limit)
          throw new Error(`${command} did not start: ${output.trim()}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async stop(): Promise<void> {
      child.kill('SIGTERM')
      const kill = setTimeout(() => killGroup(child), STOP_MS)
      if (running.has(child)) await Promise.race([ended, once(child, 'exit')])
      clearTimeout(kill)
    },
  }
}
