import type { OpenReader } from './reader.ts'
import { openSocket } from './socket.ts'

/** Messages in text frames, without a protocol inside. */
export const websocket: OpenReader = (context) =>
  openSocket(context, context.path.replace('$C', context.cursor), { opened: context.ready })
