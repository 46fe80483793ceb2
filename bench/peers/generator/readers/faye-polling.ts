import { bodyOf } from '../../../load/http1-reader.ts'
import { scan } from '../marker.ts'
import { postRequest } from '../requests.ts'
import { clientIdIn, connect, handshake, subscribe } from './bayeux.ts'
import { openExchange } from './exchange.ts'
import type { OpenReader } from './reader.ts'

type Step = 'handshake' | 'subscribe' | 'connect'

export const fayePolling: OpenReader = (context) => {
  let clientId = ''
  let step: Step = 'handshake'
  const say = (message: string) => postRequest(context.path, message, context.headers)
  const poll = () => say(connect(clientId, 'long-polling'))
  const { close } = openExchange(
    context,
    () => say(handshake('long-polling')),
    (response) => {
      switch (step) {
        case 'handshake':
          clientId = clientIdIn(bodyOf(response))
          step = 'subscribe'
          return say(subscribe(clientId))
        case 'subscribe':
          step = 'connect'
          context.ready()
          return poll()
        case 'connect':
          scan(response.bytes, response.bodyFrom, response.bodyTo, context.received)
          return poll()
      }
    },
  )
  return { close }
}
