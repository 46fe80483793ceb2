import { readdirSync, readFileSync } from 'node:fs'

const NS_PER_TICK = 10_000_000

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process has ended, or this kernel lacks the file.
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

/** A process and its descendants. */
export function processTree(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean))
  return [pid, ...children.flatMap((child) => processTree(Number(child)))]
}

/** CPU time of the processes so far, user and system, in ns. */
export function cpuNs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuNsOf(pid), 0)
}

function cpuNsOf(pid: number): number {
  const fine = tasksOf(pid).reduce((sum, task) => sum + (Number.parseInt(read(`/proc/${pid}/task/${task}/schedstat`)) || 0), 0) // prettier-ignore
  if (fine > 0) return fine
  // A kernel without schedstat counts in ticks.
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * NS_PER_TICK || 0
}

/** Whether a thread of the processes runs or waits for a core. */
export function isRunnable(pids: readonly number[]): boolean {
  return pids.some((pid) =>
    tasksOf(pid).some((task) => {
      const stat = read(`/proc/${pid}/task/${task}/stat`)
      return stat.charAt(stat.lastIndexOf(')') + 2) === 'R'
    }),
  )
}

/** Resident memory in bytes. Several processes: proportional set size, which counts a shared page once. */
export function residentBytes(pids: readonly number[]): number {
  const [file, field] = pids.length > 1 ? ['smaps_rollup', /^Pss:\s+(\d+)/m] : ['status', /^VmRSS:\s+(\d+)/m]
  const kib = pids.map((pid) => Number(field.exec(read(`/proc/${pid}/${file}`))?.[1] ?? 0))
  return kib.reduce((sum, one) => sum + one, 0) * 1024
}
