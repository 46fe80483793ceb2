import { readdirSync, readFileSync } from 'node:fs'

/** What a server process takes from the machine. */
export interface ProcessLoad {
  rssBytes: number
  descriptors: number
}

/** The same, and what the server counts itself. */
export interface ServerLoad extends ProcessLoad {
  rooms: number
  members: number
}

/** @throws Error where there is no /proc */
export const processLoad = (pid: number): ProcessLoad => ({
  rssBytes: 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
  descriptors: readdirSync(`/proc/${pid}/fd`).length,
})

/** @param metrics text of `/metrics` */
export function serverLoad(pid: number, metrics: string): ServerLoad {
  const gauge = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1])
  return { ...processLoad(pid), rooms: gauge('playground_rooms'), members: gauge('playground_members') }
}
