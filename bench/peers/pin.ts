import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The cores that server and generator are kept on; null where there is but one, or no `taskset`. */
export interface Cores {
  server: number
  generator: number
}

export function findCores(): Cores | null {
  const [server, generator] = allowedCores()
  if (server === undefined || generator === undefined) return null
  return spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0 ? { server, generator } : null
}

/** This process may run on these: `0-1,4` is 0, 1 and 4. */
function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: Math.max(0, last - first + 1) || 0 }, (_, i) => first + i)
  })
}

/** Keeps a process with all its threads on one core; threads and processes that it starts later stay there too. */
export function pin(pid: number, core: number): void {
  spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })
}
