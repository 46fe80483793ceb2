import type { DeliveryCheck } from './verdict.ts'

interface Received {
  room: string
  deliveries: readonly { id: string; seq: number }[]
}

interface Sent {
  room: string
  sent: readonly string[]
}

/** Compares what was sent to each room with what each reader of the room received. */
export function checkDelivery(readers: readonly Received[], publishers: readonly Sent[]): DeliveryCheck {
  const check: DeliveryCheck = { sent: 0, lost: 0, twice: 0, disordered: 0 }
  for (const { room, deliveries } of readers) {
    const sent = publishers.filter((publisher) => publisher.room === room).flatMap((publisher) => publisher.sent)
    const received = new Set(deliveries.map(({ id }) => id))
    check.sent += sent.length
    check.lost += sent.filter((id) => !received.has(id)).length
    check.twice += deliveries.length - received.size
    check.disordered += deliveries.filter(({ seq }, index) => seq < (deliveries[index - 1]?.seq ?? 0)).length
  }
  return check
}
