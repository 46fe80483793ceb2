import type { OpenReader } from './reader.ts'
import { openSocket } from './socket.ts'
import { sessionPath } from './sockjs-session.ts'

export const sockjsWebsocket: OpenReader = (context) =>
  openSocket(context, `${sessionPath(context)}/websocket`, {
    control(text) {
      if (text === 'o') context.ready()
    },
  })
