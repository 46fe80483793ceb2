import { transportsThat, type TransportName } from '../../transports.ts'
import type { MountTransport } from '../http/app-types.ts'
import { httpStream } from './http-stream.ts'
import { jsonpPoll } from './jsonp-poll.ts'
import { longPoll } from './long-poll.ts'
import { shortPoll } from './short-poll.ts'
import { snapshotPoll } from './snapshot-poll.ts'
import { socketIo } from './socket-io/socket-io.ts'
import { sse } from './sse.ts'
import { webSocket } from './websocket.ts'

export const transports: Record<TransportName, MountTransport> = {
  'short-poll': shortPoll,
  'long-poll': longPoll,
  websocket: webSocket,
  sse,
  'http-stream': httpStream,
  'snapshot-poll': snapshotPoll,
  'jsonp-poll': jsonpPoll,
  'socket-io': socketIo,
}

/** Transports that are a WebSocket, or upgrade to one. */
export const UPGRADING: ReadonlySet<TransportName> = new Set(transportsThat(({ carrier }) => carrier === 'WebSocket'))
