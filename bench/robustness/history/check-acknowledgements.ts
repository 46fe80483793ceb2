import type { Acknowledged, ClientHistory, History, Sent } from './history.ts'
import { memberIdsOf } from './history.ts'
import type { LogUnion } from './log-union.ts'
import type { Violation } from './violation.ts'

/** Each message of a client that stays is answered once. An acknowledged message is in the log, or a `reset` reports its loss. */
export function checkAcknowledgements(history: History, logs: LogUnion): Violation[] {
  return history.clients.flatMap((sender) => {
    const sent = new Map<string, Sent>()
    const answered = new Set<string>()
    const violations: Violation[] = []
    for (const entry of sender.entries) {
      if (entry.kind === 'sent') sent.set(entry.id, entry)
      if (entry.kind === 'refused') answered.add(entry.id)
      if (entry.kind !== 'acknowledged') continue
      const { id, atMs, seq } = entry
      if (answered.has(id))
        violations.push({ kind: 'acknowledged twice', client: sender.client, id, atMs, detail: `again as seq ${seq}` })
      answered.add(id)
      const message = sent.get(id)
      if (message) violations.push(...checkStored(history, logs, sender, message, entry))
    }
    if (sender.entries.at(-1)?.kind === 'left') return violations
    const open = [...sent.values()].filter(({ id }) => !answered.has(id))
    const unanswered = open.map(({ id, atMs, text }) => ({
      kind: 'unanswered' as const,
      client: sender.client,
      id,
      atMs,
      detail: `neither acknowledged nor refused: ${text}`,
    }))
    return [...violations, ...unanswered]
  })
}

function checkStored(
  { clients }: History,
  logs: LogUnion,
  sender: ClientHistory,
  message: Sent,
  { id, seq, atMs }: Acknowledged,
): Violation[] {
  const places = logs.places.get(id)
  if (places?.some((place) => place.seq === seq)) return []
  if (places)
    return [
      {
        kind: 'acknowledged elsewhere',
        client: sender.client,
        id,
        atMs,
        detail: `as seq ${seq}, seen at ${places.map((place) => place.seq).join(', ')}`,
      },
    ]
  // The sender and the readers of the message: a reset that was told after it was sent covers the loss.
  const untold = clients.filter((client) => isReader(client, sender, message) && isFollowing(client, message.atMs))
  return untold.map(({ client }) => ({
    kind: 'lost' as const,
    client,
    id,
    atMs,
    detail: `acknowledged to ${sender.client} as seq ${seq}, seen by no client, and no reset came`,
  }))
}

const isReader = (client: ClientHistory, sender: ClientHistory, { to }: Sent): boolean =>
  to === undefined || client === sender || memberIdsOf(client).includes(to)

/** In the room when the message was sent, and neither gone nor told of a gap since. */
function isFollowing({ entries }: ClientHistory, sentMs: number): boolean {
  const before = entries.findLast(({ kind, atMs }) => atMs <= sentMs && ['joined', 'ended', 'left'].includes(kind))
  if (before?.kind !== 'joined') return false
  return !entries.some(({ kind, atMs }) => atMs >= sentMs && ['joined', 'reset', 'ended', 'left'].includes(kind))
}
