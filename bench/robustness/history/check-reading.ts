import { memberIdsOf, positionOf, type ClientHistory, type Delivered } from './history.ts'
import type { LogUnion } from './log-union.ts'
import type { Violation } from './violation.ts'

/** Of the cursor before the first event of every log. */
const ORIGIN_EPOCH = '00000000'

/** Where a client stands in a log. `seq` is null after a reset until the first event comes. */
interface Position {
  epoch: string
  seq: number | null
  seen: Set<number>
}

/** What one client was given: once, in order, complete, and nothing that was for others. */
export function checkReading(history: ClientHistory, logs: LogUnion): Violation[] {
  const violations: Violation[] = []
  const everIds = new Set(memberIdsOf(history))
  let memberId = ''
  let position: Position = { epoch: '', seq: 0, seen: new Set() }

  const report = (kind: Violation['kind'], event: Delivered, atMs: number, detail: string) =>
    violations.push({ kind, client: history.client, id: event.id, atMs, detail })
  const isForClient = ({ from, to }: Delivered) => to === undefined || from === memberId || to === memberId
  const begin = (epoch: string, seq: number | null) => (position = { epoch, seq, seen: new Set() })

  const checkGap = (upTo: number, atMs: number) => {
    if (position.seq === null) return
    for (let seq = position.seq + 1; seq < upTo; seq++) {
      const event = logs.at(position.epoch, seq)
      if (event && isForClient(event)) report('missing', event, atMs, `seq ${seq} did not come before ${upTo}`)
    }
  }
  const checkDelivery = (event: Delivered) => {
    const { epoch, seq, atMs } = event
    if (event.to !== undefined && !everIds.has(event.to) && !everIds.has(event.from ?? ''))
      report('private text leaked', event, atMs, `from ${event.from} to ${event.to}`)
    // All logs begin at the same cursor, which the reader of an empty room has.
    if (position.epoch === ORIGIN_EPOCH && position.seq === 0) begin(epoch, 0)
    if (epoch !== position.epoch) {
      report('epoch changed untold', event, atMs, `from ${position.epoch} to ${epoch} without a reset`)
      begin(epoch, seq)
    } else if (position.seen.has(seq)) report('twice', event, atMs, `seq ${seq} came before`)
    else if (position.seq !== null && seq <= position.seq)
      report('out of order', event, atMs, `seq ${seq} came after ${position.seq}`)
    else {
      checkGap(seq, atMs)
      position.seq = seq
    }
    position.seen.add(seq)
  }

  for (const entry of history.entries) {
    if (entry.kind === 'delivered') checkDelivery(entry)
    else if (entry.kind === 'joined') {
      memberId = entry.memberId
      const { epoch, seq } = positionOf(entry.cursor)
      begin(epoch, seq)
    } else if (entry.kind === 'reset') {
      const { epoch, seq } = positionOf(entry.cursor)
      begin(epoch, entry.isEmpty ? seq : null)
    } else if (entry.kind === 'settled') {
      const { epoch, seq } = positionOf(entry.cursor)
      if (epoch === position.epoch) checkGap(seq + 1, entry.atMs)
    }
  }
  return violations
}
