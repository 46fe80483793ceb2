import type { Entry, History } from '../history/history.ts'
import { ACT_KINDS, type Plan } from './schedule.ts'
import type { ChaosResult } from './run-chaos.ts'

/** What was done and what was found, as lines of text. */
export function tableOf(plan: Plan, { history, violations, serverFaults, settleMs }: ChaosResult): string {
  const count = (kind: Entry['kind']) =>
    history.clients.reduce((sum, { entries }) => sum + entries.filter((entry) => entry.kind === kind).length, 0)
  const found = new Map<string, number>()
  for (const { kind } of violations) found.set(kind, (found.get(kind) ?? 0) + 1)
  const rows: [string, number | string][] = [
    ...ACT_KINDS.filter((kind) => plan.counts[kind]).map((kind): [string, number] => [kind, plan.counts[kind] ?? 0]),
    ['clients, with those that left', history.clients.length],
    ['messages sent', count('sent')],
    ['acknowledged', count('acknowledged')],
    ['refused', count('refused')],
    ['deliveries', count('delivered')],
    ['resets told', count('reset')],
    ['memberships ended by a server', count('ended')],
    ['ms until all had read equally far', Math.round(settleMs)],
    ['acknowledged messages that are lost with a reset', lostAndTold(history)],
    ['violations', violations.length],
    ...[...found].map(([kind, times]): [string, number] => [`  ${kind}`, times]),
    ['faults of server processes', serverFaults.length],
  ]
  return rows.map(([what, value]) => `${what.padEnd(52)} ${String(value).padStart(10)}`).join('\n')
}

function lostAndTold({ clients }: History): number {
  const entries = clients.flatMap((client) => client.entries)
  const seen = new Set(entries.flatMap((entry) => (entry.kind === 'delivered' ? [entry.id] : [])))
  return entries.filter((entry) => entry.kind === 'acknowledged' && !seen.has(entry.id)).length
}
