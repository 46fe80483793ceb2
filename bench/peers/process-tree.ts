import { readdirSync, readFileSync } from 'node:fs'

const NS_PER_TICK = 10_000_000

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended since it was listed, or this kernel does not have it.
    return ''
  }
}

const tasksOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** A process and all that descend from it. */
export function processTree(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean))
  return [pid, ...children.flatMap((child) => processTree(Number(child)))]
}

/** Time that processes have run so far, user and system, in ns. */
export function cpuNs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuNsOf(pid), 0)
}

function cpuNsOf(pid: number): number {
  const fine = tasksOf(pid).reduce((sum, task) => sum + (Number.parseInt(read(`/proc/${pid}/task/${task}/schedstat`)) || 0), 0) // prettier-ignore
  if (fine > 0) return fine
  // Kernels without schedstat count in ticks.
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * NS_PER_TICK || 0
}

/** Whether any of their threads runs, or would if it were let. */
export function isRunnable(pids: readonly number[]): boolean {
  return pids.some((pid) =>
    tasksOf(pid).some((task) => {
      const stat = read(`/proc/${pid}/task/${task}/stat`)
      return stat.charAt(stat.lastIndexOf(')') + 2) === 'R'
    }),
  )
}

/** Resident memory in bytes; of several processes each page once (PSS). */
export function residentBytes(pids: readonly number[]): number {
  const [file, field] = pids.length > 1 ? ['smaps_rollup', /^Pss:\s+(\d+)/m] : ['status', /^VmRSS:\s+(\d+)/m]
  const kib = pids.map((pid) => Number(field.exec(read(`/proc/${pid}/${file}`))?.[1] ?? 0))
  return kib.reduce((sum, one) => sum + one, 0) * 1024
}
