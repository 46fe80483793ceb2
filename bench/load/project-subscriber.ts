import { transports } from '../../src/client/transports/index.ts'
import type { TransportName } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'

/** The project's own client, as the terminal uses it: what it costs in thinking time is part of what is measured. */
export function projectSubscriber(transport: TransportName, options: SubscriberOptions): Subscriber {
  const { port, room, cursor, intervalMs, holdMs, tally } = options
  const controller = new AbortController()
  const context = { net: nodeNet(`http://127.0.0.1:${port}`), room, token: null, tuning: { intervalMs, holdMs } }
  const line = transports[transport].open(context)
  let isOpen: () => void = () => undefined
  const opening = new Promise<void>((resolve) => (isOpen = resolve))
  const reading = (async () => {
    for await (const batch of line.receive(cursor, controller.signal, isOpen)) tally.batch(batch)
  })()
  reading.catch(() => undefined)
  const opened = Promise.race([opening, reading])
  return { opened, socketBytes: () => Number.NaN, close: () => controller.abort(new Error('over')) }
}
