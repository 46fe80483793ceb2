import { transports } from '../../src/client/transports/index.ts'
import type { TransportName } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'

/** Reads with the project's own client, as the terminal does. The client's own processing time is part of the latency. */
export function projectSubscriber(transport: TransportName, options: SubscriberOptions): Subscriber {
  const { port, room, cursor, intervalMs, holdMs, record } = options
  const controller = new AbortController()
  const context = { net: nodeNet(`http://127.0.0.1:${port}`), room, token: null, tuning: { intervalMs, holdMs } }
  const connection = transports[transport].open(context)
  let markOpen: () => void = () => undefined
  const opening = new Promise<void>((resolve) => (markOpen = resolve))
  const reading = (async () => {
    for await (const batch of connection.receive(cursor, controller.signal, markOpen)) record.addBatch(batch)
  })()
  reading.catch(() => undefined)
  const opened = Promise.race([opening, reading])
  return { opened, socketBytes: () => Number.NaN, close: () => controller.abort(new Error('closed')) }
}
