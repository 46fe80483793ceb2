import type { DeliveryCheck } from './verdict.ts'

interface Received {
  room: string
  deliveries: readonly { event: { id: string; seq: number } }[]
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
    const received = new Set(deliveries.map(({ event }) => event.id))
    check.sent += sent.length
    check.lost += sent.filter((id) => !received.has(id)).length
    check.twice += deliveries.length - received.size
    check.disordered += deliveries.filter(
      ({ event }, index) => event.seq < (deliveries[index - 1]?.event.seq ?? 0),
    ).length
  }
  return check
}
