import type { Delivered, History } from './history.ts'
import type { LogUnion } from './log-union.ts'
import type { Violation } from './violation.ts'

/** What the clients together saw of the logs: one log for all, each message once, as its sender sent it and in its order. */
export function checkLogs({ clients }: History, logs: LogUnion): Violation[] {
  const deliveries = clients.flatMap(({ client, entries }) =>
    entries.flatMap((entry) => (entry.kind === 'delivered' ? [{ client, event: entry }] : [])),
  )
  return [
    ...deliveries.flatMap(({ client, event }) => [
      ...checkAgreement(client, event, logs),
      ...checkContent(client, event, logs),
    ]),
    ...checkStoredOnce(logs),
    ...checkSenderOrder(logs),
  ]
}

function checkAgreement(client: string, event: Delivered, logs: LogUnion): Violation[] {
  const { epoch, seq, id, atMs } = event
  const other = logs.at(epoch, seq)
  if (!other || other.id === id) return []
  return [{ kind: 'disagreement', client, id, atMs, detail: `at ${epoch}.${seq} another client saw ${other.id}` }]
}

function checkContent(client: string, event: Delivered, logs: LogUnion): Violation[] {
  if (event.type !== 'message') return []
  const { id, atMs, text, from = '', to } = event
  const authored = logs.authored.get(id)
  const found = (kind: Violation['kind'], detail: string): Violation[] => [{ kind, client, id, atMs, detail }]
  if (!authored) return found('invented', `no client sent ${id}`)
  if (authored.sent.text !== text || authored.sent.to !== to) return found('altered', `sent as ${authored.sent.text}`)
  return authored.memberIds.has(from) ? [] : found('impersonated', `${authored.client} sent this, not ${from}`)
}

function checkStoredOnce(logs: LogUnion): Violation[] {
  return [...logs.places].flatMap(([id, places]) =>
    places
      .filter(({ epoch }, i) => places.findIndex((place) => place.epoch === epoch) !== i)
      .map(({ epoch, seq, atMs }) => ({
        kind: 'stored twice' as const,
        client: logs.authored.get(id)?.client ?? '',
        id,
        atMs,
        detail: `again at ${epoch}.${seq}`,
      })),
  )
}

/**
 * A message counts in the first epoch that has it: a copy of a request may reach the server after the log was lost, and is
 * then stored in the next log.
 */
function checkSenderOrder(logs: LogUnion): Violation[] {
  const violations: Violation[] = []
  const counted = new Set<string>()
  for (const epoch of logs.epochs) {
    const last = new Map<string, number>()
    for (const { id, seq, atMs } of logs.inOrder(epoch)) {
      const authored = logs.authored.get(id)
      if (!authored || counted.has(id)) continue
      counted.add(id)
      const { client, index } = authored
      const before = last.get(client) ?? -1
      if (index < before)
        violations.push({
          kind: 'sender order',
          client,
          id,
          atMs,
          detail: `message ${index} at seq ${seq} follows ${before}`,
        })
      last.set(client, Math.max(before, index))
    }
  }
  return violations
}
