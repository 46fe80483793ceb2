import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { killedAtExit } from './child-process-cleanup.ts'

export interface Running {
  child: ChildProcess
  /** Its output so far, of both streams. */
  output: () => string
  ended: Promise<number | null>
}

/** The end of the test ends the process group of a detached process, with children that survive the process. */
export function endGroupWithTest({ pid = 0 }: ChildProcess): void {
  onTestFinished(() => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // The group has ended.
    }
  })
}

/** A process that the end of the test ends. */
export function run(
  command: string,
  args: string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Running {
  const child = killedAtExit(spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } }))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL')
    await ended
  })
  return { child, output: () => output, ended }
}
