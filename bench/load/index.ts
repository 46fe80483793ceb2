import type { TransportName } from '../../src/protocol.ts'
import { leanPoll } from './raw-poll.ts'
import { leanSocketIo } from './raw-socket-io.ts'
import { leanStream } from './raw-stream.ts'
import { leanWebSocket } from './raw-websocket.ts'
import type { Line, LineOptions } from './subscriber.ts'

/** Lean readers by transport: raw sockets, for when there are many. */
export const leanLines: Record<TransportName, (options: LineOptions) => Line> = {
  'short-poll': (options) => leanPoll('short-poll', options),
  'long-poll': (options) => leanPoll('long-poll', options),
  websocket: leanWebSocket,
  sse: (options) => leanStream('sse', options),
  'http-stream': (options) => leanStream('http-stream', options),
  'snapshot-poll': (options) => leanPoll('snapshot-poll', options),
  'jsonp-poll': (options) => leanPoll('jsonp-poll', options),
  'socket-io': leanSocketIo,
}
