import { scan } from '../marker.ts'
import { postRequest } from '../requests.ts'
import { openExchange } from './exchange.ts'
import type { OpenReader } from './reader.ts'
import { sessionPath } from './sockjs-session.ts'

export const sockjsPolling: OpenReader = (context) => {
  const request = postRequest(`${sessionPath(context)}/xhr`, '', context.headers)
  const { close } = openExchange(
    context,
    () => request,
    (answer) => {
      scan(answer.bytes, answer.bodyFrom, answer.bodyTo, context.received)
      context.ready()
      return request
    },
  )
  return { close }
}
