import { readFileSync } from 'node:fs'
import os from 'node:os'

/** Counters of this network namespace since its creation. */
export interface NetCounters {
  /** TCP segments sent; on loopback each of them is also received here. */
  segments: number
  /** Connections opened: each has two SYN segments with 8 more bytes of options. */
  opened: number
  /** Bytes, with IP and TCP headers. */
  wireBytes: number
}

/** Whether the parent has started this process in a separate network namespace. */
export const isNamespaced = (): boolean => process.env['PLAYGROUND_BENCH_NAMESPACE'] === '1'

/** null outside a separate namespace: the host's counters include all traffic of the host. */
export function readNetCounters(): NetCounters | null {
  if (!isNamespaced()) return null
  const [names, values] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(/\s+/)) as [string[], string[]]
  const tcp = (name: string) => Number(values[names.indexOf(name)])
  // Loopback counts bytes without Ethernet headers.
  const wireBytes = Number(/lo:\s*(\d+)/.exec(readFileSync('/proc/net/dev', 'utf8'))?.[1] ?? 0)
  return {
    segments: tcp('OutSegs') + tcp('RetransSegs'),
    opened: tcp('ActiveOpens'),
    wireBytes,
  }
}

/** ms of CPU time since boot: used by this machine, and taken by its hypervisor. */
export interface CpuTimes {
  busyMs: number
  stealMs: number
}

const MS_PER_TICK = 10

export function readCpuTimes(): CpuTimes {
  const fields = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? []
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields
  return { busyMs: (user + nice + system + irq + softirq) * MS_PER_TICK, stealMs: steal * MS_PER_TICK }
}

export function describeMachine() {
  const [cpu] = os.cpus()
  return {
    node: process.version,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    cpu: cpu?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    network: isNamespaced() ? ('namespace' as const) : ('host' as const),
    loadAverage: os.loadavg()[0] ?? 0,
  }
}
