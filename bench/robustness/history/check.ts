/**
 * Checks a history against the promise: each acknowledged message reaches every member who stays, once and in order; a client
 * that misses messages gets a `reset`; private texts reach their two members only.
 */
import { checkAcknowledgements } from './check-acknowledgements.ts'
import { checkLogs } from './check-logs.ts'
import { checkReading } from './check-reading.ts'
import { positionOf, type History } from './history.ts'
import { LogUnion } from './log-union.ts'
import type { Violation } from './violation.ts'

/** All violations, the earliest first. */
export function checkHistory(history: History): Violation[] {
  const logs = new LogUnion(history)
  const violations = [
    ...history.clients.flatMap((client) => checkReading(client, logs)),
    ...checkLogs(history, logs),
    ...checkAcknowledgements(history, logs),
    ...checkEnd(history),
  ]
  return violations.sort((a, b) => a.atMs - b.atMs)
}

/** All clients that stayed have read equally far. */
function checkEnd({ clients }: History): Violation[] {
  const ends = clients.flatMap(({ client, entries }) => {
    const last = entries.at(-1)
    if (!last || last.kind === 'left') return []
    return [{ client, atMs: last.atMs, cursor: last.kind === 'settled' ? last.cursor : null }]
  })
  const furthest = Math.max(...ends.map(({ cursor }) => (cursor === null ? 0 : positionOf(cursor).seq)))
  const head = ends.find(({ cursor }) => cursor !== null && positionOf(cursor).seq === furthest)?.cursor ?? null
  return ends
    .filter(({ cursor }) => cursor === null || cursor !== head)
    .map(({ client, atMs, cursor }) => ({
      kind: 'behind',
      client,
      id: '',
      atMs,
      detail: cursor === null ? 'the client did not settle' : `the client ends at ${cursor}, another one at ${head}`,
    }))
}
