import type { TransportName } from '../../protocol.ts'
import type { TransportTraits } from '../transport.ts'
import { longPoll } from './long-poll.ts'
import { shortPoll } from './short-poll.ts'
import { webSocket } from './websocket.ts'

export const transports: Record<TransportName, TransportTraits> = {
  'short-poll': shortPoll,
  'long-poll': longPoll,
  websocket: webSocket,
}
