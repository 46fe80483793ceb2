import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../processes/server-process.ts'
import { ATTACK_KINDS, type AttackKind } from './attacks.ts'
import { HonestMember } from './honest-member.ts'
import { startHostile } from './hostile-process.ts'
import { processLoad, serverLoad, type ProcessLoad, type ServerLoad } from './server-load.ts'

/** Leases are short, so that members and rooms of a client that is gone are released within RECOVERY_MS. */
const FLAGS = ['--limit-local', '--metrics', '--lease', '2000', '--room-idle', '500']
const ROOM = 'lobby'
const RECOVERY_MS = 10_000
const SAMPLE_MS = 100

/** Bounds. A latency below the floor is one that a person does not notice, and that a busy machine causes by itself. */
const MAX_LATENCY_RATIO = 2
const LATENCY_FLOOR_MS = 20
const MAX_GROWTH_BYTES = 64e6
/** Node collects garbage when it needs memory: after an attack its heap stays as large as it was for some time. */
const SPARE_BYTES = MAX_GROWTH_BYTES
const SPARE_DESCRIPTORS = 3

export interface HostileOptions {
  /** Of each attack. */
  attackMs: number
  /** Of the peace before each attack. */
  peaceMs: number
  kinds?: readonly AttackKind[]
  /** Called before each attack. */
  progress?: (kind: AttackKind) => void
}

/** Latencies of the messages of the honest member. */
interface Summary {
  messages: number
  p50Ms: number
  p99Ms: number
}

export interface HostileRow extends Summary {
  kind: AttackKind
  /** Growth of resident memory: the most during the attack, and at the end of the recovery. */
  growthBytes: number
  leftBytes: number
  /** Time until connections, members and rooms were as before the attack, and the memory nearly. */
  recoveryMs: number
  /** The most connections at one time. */
  descriptors: number
  /** What must not happen; for latencies, see `latencyExcess`. */
  failures: string[]
}

export interface HostileResult {
  /** Of all times without an attack together. */
  peace: Summary
  rows: HostileRow[]
  /** What went wrong with the server process. */
  serverFaults: string[]
}

/** One hostile client of each kind after another against a real server, while an honest member talks. */
export async function runHostile(options: HostileOptions): Promise<HostileResult> {
  const { attackMs, peaceMs, kinds = ATTACK_KINDS, progress } = options
  const { process, port } = await startServer(FLAGS)
  const pid = process.pid ?? 0
  const hostile = await startHostile(port, ROOM)
  const serverFaults: string[] = []
  try {
    const honest = await HonestMember.join(port, ROOM)
    const load = async () => serverLoad(pid, await honest.read('/metrics'))
    const peaceLatencies: number[] = []
    const rows: HostileRow[] = []
    // The first requests of a process are slower.
    await sleep(Math.max(1000, peaceMs))
    await honest.takeLatencies()
    for (const kind of kinds) {
      progress?.(kind)
      await sleep(peaceMs)
      peaceLatencies.push(...(await honest.takeLatencies()))
      const before = await load()
      await hostile.begin(kind)
      const most: ProcessLoad = { ...before }
      const endAt = performance.now() + attackMs
      while (performance.now() < endAt) {
        await sleep(SAMPLE_MS)
        raise(most, processLoad(pid))
      }
      const latencies = await honest.takeLatencies()
      await hostile.end()
      const endedAt = performance.now()
      let after = await load()
      while (!isBack(before, after) && performance.now() - endedAt < RECOVERY_MS) {
        await sleep(SAMPLE_MS)
        after = await load()
      }
      const recoveryMs = performance.now() - endedAt
      await honest.takeLatencies()
      rows.push({
        kind,
        ...summaryOf(latencies),
        growthBytes: most.rssBytes - before.rssBytes,
        leftBytes: after.rssBytes - before.rssBytes,
        recoveryMs,
        descriptors: most.descriptors,
        failures: [...honest.failures.splice(0), ...grown(most.rssBytes - before.rssBytes), ...notBack(before, after)],
      })
    }
    honest.leave()
    const peace = summaryOf(peaceLatencies)
    return { peace, rows, serverFaults }
  } finally {
    await hostile.stop()
    const code = await process.stop()
    if (code !== 0) serverFaults.push(`the server ended with ${code} after SIGTERM`)
    for (const crash of process.crashes) serverFaults.push(`the server ended by itself: ${crash}`)
    const lines = process.output.split('\n').filter((line) => line !== '' && !line.includes(' is at http'))
    serverFaults.push(...lines.slice(0, 20))
  }
}

function raise(most: ProcessLoad, now: ProcessLoad): void {
  most.rssBytes = Math.max(most.rssBytes, now.rssBytes)
  most.descriptors = Math.max(most.descriptors, now.descriptors)
}

const grown = (bytes: number): string[] =>
  bytes > MAX_GROWTH_BYTES ? [`memory grew by ${(bytes / 1e6).toFixed(0)} MB`] : []

const isBack = (before: ServerLoad, after: ServerLoad): boolean => notBack(before, after).length === 0

function notBack(before: ServerLoad, after: ServerLoad): string[] {
  const left: [string, number, number][] = [
    ['descriptors', after.descriptors - before.descriptors, SPARE_DESCRIPTORS],
    ['rooms', after.rooms - before.rooms, 0],
    ['members', after.members - before.members, 0],
    ['bytes of memory', after.rssBytes - before.rssBytes, SPARE_BYTES],
  ]
  return left.flatMap(([what, count, spare]) => (count > spare ? [`${count} ${what} more than before`] : []))
}

/** null when the honest member did not wait much longer than in peace. */
export function latencyExcess({ p99Ms }: Summary, peace: Summary): string | null {
  const limitMs = Math.max(LATENCY_FLOOR_MS, MAX_LATENCY_RATIO * peace.p99Ms)
  return p99Ms > limitMs ? `p99 is ${p99Ms.toFixed(1)} ms, above ${limitMs.toFixed(1)} ms` : null
}

const summaryOf = (latencies: readonly number[]): Summary => ({
  messages: latencies.length,
  p50Ms: percentile(latencies, 0.5),
  p99Ms: percentile(latencies, 0.99),
})

/** The smallest value that is not below this share of the values. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
