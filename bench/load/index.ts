import type { TransportName } from '../../src/protocol.ts'
import { rawPoll } from './raw-poll.ts'
import { rawSocketIo } from './raw-socket-io.ts'
import { rawStream } from './raw-stream.ts'
import { rawWebSocket } from './raw-websocket.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'

/** Lean readers by transport: raw sockets, for when there are many. */
export const rawSubscribers: Record<TransportName, (options: SubscriberOptions) => Subscriber> = {
  'short-poll': (options) => rawPoll('short-poll', options),
  'long-poll': (options) => rawPoll('long-poll', options),
  websocket: rawWebSocket,
  sse: (options) => rawStream('sse', options),
  'http-stream': (options) => rawStream('http-stream', options),
  'snapshot-poll': (options) => rawPoll('snapshot-poll', options),
  'jsonp-poll': (options) => rawPoll('jsonp-poll', options),
  'socket-io': rawSocketIo,
}
