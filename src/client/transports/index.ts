import { perTransport, TRANSPORT_TRAITS, type TransportName, type TransportTraits } from '../../transports.ts'
import type { OpenTransport } from './transport.ts'
import { httpStream } from './http-stream.ts'
import { jsonpPoll } from './jsonp-poll.ts'
import { longPoll } from './long-poll.ts'
import { shortPoll } from './short-poll.ts'
import { snapshotPoll } from './snapshot-poll.ts'
import { socketIo } from './socket-io.ts'
import { sse } from './sse.ts'
import { webSocket } from './websocket.ts'

const openings: Record<TransportName, OpenTransport> = {
  'short-poll': shortPoll,
  'long-poll': longPoll,
  websocket: webSocket,
  sse,
  'http-stream': httpStream,
  'snapshot-poll': snapshotPoll,
  'jsonp-poll': jsonpPoll,
  'socket-io': socketIo,
}

/** The traits of each transport, and how this client opens it. */
export const transports: Readonly<Record<TransportName, TransportTraits & { open: OpenTransport }>> = perTransport(
  (name) => ({ ...TRANSPORT_TRAITS[name], open: openings[name] }),
)
