import { describeMachine } from '../rig/machine.ts'
import { cellsOf } from './cells.ts'
import { commit } from '../rig/commit.ts'
import type { Kind } from './kinds.ts'
import type { Peer } from './peer.ts'
import { findCores } from './pin.ts'
import { recordOf } from './record.ts'
import type { PeersParameters, PeersReport } from './report/schema.ts'
import { runRound } from './round.ts'

export interface RunOptions {
  peers: readonly Peer[]
  parameters: Omit<PeersParameters, 'peers'>
  progress: (text: string) => void
  /** Stops the run after the current slice. Finished slices are reported. */
  signal: AbortSignal
}

/** Measures the installed peers, kind by kind, and lists the others with the command that installs them. */
export async function runPeers({ peers, parameters, progress, signal }: RunOptions): Promise<PeersReport> {
  const startedAt = new Date()
  const { node, platform, cpu, cores: coreCount, memoryBytes, loadAverage } = describeMachine()
  const cores = findCores()
  const notInstalled = peers.flatMap(({ name, missing }) => {
    const command = missing?.() ?? null
    return command === null ? [] : [{ name, command }]
  })
  const installed = peers.filter(({ name }) => !notInstalled.some((one) => one.name === name))
  const cells: PeersReport['cells'] = []
  const missing: string[] = []
  const { kinds, rounds, clients, rate, seed } = parameters
  for (const kind of kinds) {
    const records = serving(installed, kind).map((peer) => recordOf(kind, peer))
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      await runRound(records, { kind, round, parameters, cores, progress, signal })
    }
    if (signal.aborted) missing.push(`${kind}: interrupted`)
    const measured = cellsOf(kind, records, { clients, rate, seed })
    cells.push(...measured)
    missing.push(...notMeasured(kind, records, measured))
  }
  return {
    schemaVersion: 1,
    startedAt: startedAt.toISOString(),
    durationS: (Date.now() - startedAt.getTime()) / 1000,
    command: ['npm run bench:peers --', ...process.argv.slice(2)].join(' '),
    parameters: { ...parameters, peers: peers.map(({ name }) => name) },
    environment: {
      node,
      platform,
      cpu,
      cores: coreCount,
      memoryBytes,
      loadAverage,
      commit: commit(),
      pinned: cores !== null,
    },
    peers: installed
      .filter(({ name }) => cells.some((cell) => cell.peer === name))
      .map(({ name, version, settings, lacks }) => ({ name, version: version(), settings, lacks })),
    cells,
    missing,
    notInstalled,
  }
}

/** Those of `peers` that serve a kind. */
const serving = (peers: readonly Peer[], kind: Kind): Peer[] => peers.filter(({ kinds }) => kinds[kind] !== undefined)

function notMeasured(
  kind: Kind,
  records: readonly ReturnType<typeof recordOf>[],
  cells: PeersReport['cells'],
): string[] {
  return records
    .filter(({ peer }) => !cells.some((cell) => cell.peer === peer.name))
    .filter(({ errors }) => errors.length > 0)
    .map(({ peer, errors }) => `${kind}/${peer.name}: ${errors[0] ?? ''}`)
}
