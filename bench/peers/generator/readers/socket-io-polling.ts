import { bodyOf, type Http1Response } from '../../../load/http1-reader.ts'
import { scan } from '../marker.ts'
import { getRequest, postRequest } from '../requests.ts'
import { CONNECT, PING, PONG, SEPARATOR } from './engine-io.ts'
import { openExchange } from './exchange.ts'
import type { OpenReader } from './reader.ts'

type Step = 'session' | 'connect' | 'greeted' | 'poll' | 'pong'

export const socketIoPolling: OpenReader = (context) => {
  const path = `${context.path}?EIO=4&transport=polling`
  let session = ''
  let step: Step = 'session'
  const poll = () => getRequest(path + session, context.headers)
  const say = (packet: string) => postRequest(path + session, packet, context.headers, 'text/plain;charset=UTF-8')
  const { close } = openExchange(
    context,
    () => poll(),
    (response) => {
      switch (step) {
        case 'session':
          session = `&sid=${/"sid":"([^"]+)"/.exec(bodyOf(response))?.[1] ?? ''}`
          step = 'connect'
          return say(CONNECT)
        case 'connect':
          step = 'greeted'
          return poll()
        case 'greeted':
          context.ready()
          step = 'poll'
          return poll()
        case 'pong':
          step = 'poll'
          return poll()
        case 'poll':
          scan(response.bytes, response.bodyFrom, response.bodyTo, context.received)
          if (!hasPing(response)) return poll()
          step = 'pong'
          return say(PONG)
      }
    },
  )
  return { close }
}

/** A response can hold several packets. No other packet starts with the character of a ping. */
function hasPing({ bytes, bodyFrom, bodyTo }: Http1Response): boolean {
  const body = bytes.subarray(bodyFrom, bodyTo)
  return body[0] === PING.charCodeAt(0) || body.includes(SEPARATOR + PING)
}
