import type { TransportName } from '../../protocol.ts'
import type { TransportTraits } from './transport.ts'
import { httpStream } from './http-stream.ts'
import { jsonpPoll } from './jsonp-poll.ts'
import { longPoll } from './long-poll.ts'
import { shortPoll } from './short-poll.ts'
import { snapshotPoll } from './snapshot-poll.ts'
import { socketIo } from './socket-io.ts'
import { sse } from './sse.ts'
import { webSocket } from './websocket.ts'

export const transports: Record<TransportName, TransportTraits> = {
  'short-poll': shortPoll,
  'long-poll': longPoll,
  websocket: webSocket,
  sse,
  'http-stream': httpStream,
  'snapshot-poll': snapshotPoll,
  'jsonp-poll': jsonpPoll,
  'socket-io': socketIo,
}
