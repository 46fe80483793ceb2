import { readFileSync } from 'node:fs'
import os from 'node:os'

/** Counters of this network namespace since it was made. */
export interface NetCounters {
  /** TCP segments sent; on loopback every one of them is ours, and is received too. */
  segments: number
  /** Connections opened: each costs two SYN segments, which carry 8 bytes of options more. */
  opened: number
  /** Bytes with their IP and TCP heads. */
  wireBytes: number
}

/** Set by the parent when it has put this process into a namespace of its own. */
export const isNamespaced = (): boolean => process.env['PLAYGROUND_BENCH_NAMESPACE'] === '1'

/** null outside a namespace of our own: the host's counters see everybody's traffic. */
export function readNetCounters(): NetCounters | null {
  if (!isNamespaced()) return null
  const [names, values] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(/\s+/)) as [string[], string[]]
  const tcp = (name: string) => Number(values[names.indexOf(name)])
  // Loopback counts what a wire would carry above its Ethernet heads: they are taken off before it counts.
  const wireBytes = Number(/lo:\s*(\d+)/.exec(readFileSync('/proc/net/dev', 'utf8'))?.[1] ?? 0)
  return {
    segments: tcp('OutSegs') + tcp('RetransSegs'),
    opened: tcp('ActiveOpens'),
    wireBytes,
  }
}

/** ms of CPU time that this machine spent, and that a host above it took away, since it was started. */
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
