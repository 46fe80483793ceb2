import { CONNECT, PING, PONG, SESSION } from './engine-io.ts'
import type { OpenReader } from './reader.ts'
import { openSocket } from './socket.ts'

export const socketIoWebsocket: OpenReader = (context) =>
  openSocket(context, `${context.path}?EIO=4&transport=websocket`, {
    control(text, send) {
      if (text.startsWith(SESSION)) send(CONNECT)
      else if (text.startsWith(CONNECT)) context.ready()
      else if (text === PING) send(PONG)
    },
  })
