import { LIMITS, type RoomEvent } from '../../protocol.ts'

/** Upper bounds of the JSON of an event: bytes for each UTF-16 unit of a text (`\u0001`), and bytes of all other fields. */
const MAX_UNIT_BYTES = 6
const MAX_FIELD_BYTES = 1024

const maxBytesOf = (event: RoomEvent): number =>
  MAX_FIELD_BYTES + ('text' in event ? event.text.length * MAX_UNIT_BYTES : 0)

/** The first of the events whose JSON together fits one batch: at least one. */
export function withinBatchBytes(events: RoomEvent[]): RoomEvent[] {
  // The bounds avoid encoding each event twice: most batches are small.
  let bytes = 0
  for (const event of events) bytes += maxBytesOf(event)
  if (bytes <= LIMITS.batchBytes) return events
  bytes = 0
  for (const [count, event] of events.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(event)) + 1
    if (count > 0 && bytes > LIMITS.batchBytes) return events.slice(0, count)
  }
  return events
}
