import type { TransportName } from '../../protocol.ts'
import type { MountTransport } from '../context.ts'
import { longPoll } from './long-poll.ts'
import { shortPoll } from './short-poll.ts'
import { webSocket } from './websocket.ts'

export const transports: Record<TransportName, MountTransport> = {
  'short-poll': shortPoll,
  'long-poll': longPoll,
  websocket: webSocket,
}
