import { perTransport, TRANSPORT_TRAITS, type Framing, type TransportName } from '../../src/transports.ts'
import { rawPoll } from './raw-poll.ts'
import { rawSocketIo } from './raw-socket-io.ts'
import { rawStream } from './raw-stream.ts'
import { rawWebSocket } from './raw-websocket.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'

type OpenRaw = (transport: TransportName, options: SubscriberOptions) => Subscriber

const BY_FRAMING: Record<Framing, OpenRaw> = {
  websocket: rawWebSocket,
  sse: (transport, options) => rawStream(transport, 'sse', options),
  'http-stream': (transport, options) => rawStream(transport, 'http-stream', options),
  'socket-io': rawSocketIo,
}

/** Raw clients of transports whose format is their own. By default the mode and the framing say which client reads. */
const OWN: Partial<Record<TransportName, OpenRaw>> = {}

function openRawOf(name: TransportName): OpenRaw | null {
  const own = OWN[name]
  const traits = TRANSPORT_TRAITS[name]
  if (own) return own
  if (traits.mode !== 'streaming') return rawPoll
  return traits.framing && BY_FRAMING[traits.framing]
}

export const hasRawClient = (name: TransportName): boolean => openRawOf(name) !== null

/**
 * Raw clients by transport: they need less CPU time than the project's client, so a process can run many. One that
 * `hasRawClient` denies throws.
 */
export const rawSubscribers: Record<TransportName, (options: SubscriberOptions) => Subscriber> = perTransport(
  (name) => {
    const open = openRawOf(name)
    return (options) => {
      if (!open) throw new Error(`there is no raw client of ${name}`)
      return open(name, options)
    }
  },
)
