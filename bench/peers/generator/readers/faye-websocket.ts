import { CONNECTED, clientIdIn, connect, handshake, HANDSHAKEN, subscribe, SUBSCRIBED } from './bayeux.ts'
import type { OpenReader } from './reader.ts'
import { openSocket } from './socket.ts'

export const fayeWebsocket: OpenReader = (context) => {
  let clientId = ''
  return openSocket(context, context.path, {
    opened: (send) => send(handshake('websocket')),
    control(text, send) {
      if (text.includes(HANDSHAKEN)) {
        clientId = clientIdIn(text)
        send(subscribe(clientId))
      } else if (text.includes(SUBSCRIBED)) {
        send(connect(clientId, 'websocket'))
        context.ready()
      } else if (text.includes(CONNECTED)) send(connect(clientId, 'websocket'))
    },
  })
}
