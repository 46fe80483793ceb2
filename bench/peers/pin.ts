import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The cores of server and generator. */
export interface Cores {
  server: number
  generator: number
}

export function findCores(): Cores | null {
  const [server, generator] = allowedCores()
  if (server === undefined || generator === undefined) return null
  return spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0 ? { server, generator } : null
}

/** The cores that this process may use: `0-1,4` is 0, 1 and 4. */
function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: Math.max(0, last - first + 1) || 0 }, (_, i) => first + i)
  })
}

/** Moves all threads of a process to one core. Its later threads and children inherit that. */
export function pin(pid: number, core: number): void {
  spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })
}
